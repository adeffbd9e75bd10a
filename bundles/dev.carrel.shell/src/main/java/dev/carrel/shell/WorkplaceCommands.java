package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.host.Foreground;
import java.util.Arrays;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Places to work: {@code shell}, {@code environment}, {@code run}, {@code plan}. */
@Component(
    service = WorkplaceCommands.class,
    property = {
      "osgi.command.scope=carrel",
      "osgi.command.function=shell",
      "osgi.command.function=environment",
      "osgi.command.function=run",
      "osgi.command.function=plan"
    })
public final class WorkplaceCommands {
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile Workplaces workplaces;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile Containers containers;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile Foreground foreground;

  @Activate
  public WorkplaceCommands() {}

  /** A container made of packages. Returns the exit status of its program. */
  public int shell(String... arguments) {
    return Outcome.of(() -> start(WorkplaceOptions.SHELL, "shell", arguments));
  }

  /** The same as {@link #shell}. */
  public int environment(String... arguments) {
    return Outcome.of(() -> start(WorkplaceOptions.SHELL, "environment", arguments));
  }

  /** A container made of directories. Returns the exit status of its program. */
  public int run(String... arguments) {
    return Outcome.of(() -> start(WorkplaceOptions.RUN, "run", arguments));
  }

  private int start(WorkplaceOptions options, String name, String[] arguments) {
    WorkplaceLine line = options.parse(name, arguments);
    if (line.help()) {
      System.out.print(options.help(name));
      return 0;
    }
    Workplaces places = Services.present(workplaces, Services.WORKPLACES);
    Containers engine = Services.present(containers, Services.CONTAINERS);
    Foreground front = Services.present(foreground, Services.FOREGROUND);
    Workplace workplace;
    try (ProgressReport progress = ProgressReport.on(System.err, line.quiet(), front)) {
      workplace = places.prepare(line.request(front.stdio()), progress);
    }
    for (String note : workplace.notes()) {
      System.err.println("carrel: note: " + note);
    }
    System.out.flush();
    try (Container container = engine.start(workplace.spec())) {
      return front.attach(container).shellStatus();
    }
  }

  /** Shows what another command would do. */
  public int plan(String... arguments) {
    return Outcome.of(() -> explain(arguments));
  }

  private int explain(String[] arguments) {
    if (arguments.length == 0 || arguments[0].equals("--help") || arguments[0].equals("-h")) {
      System.out.print(Help.PLAN);
      return arguments.length == 0 ? CarrelException.Kind.USAGE.exitStatus() : 0;
    }
    boolean json = arguments[0].equals("--json");
    String[] rest = json ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments;
    String name = rest.length == 0 ? "" : rest[0];
    WorkplaceOptions options = switch (name) {
      case "shell", "environment" -> WorkplaceOptions.SHELL;
      case "run" -> WorkplaceOptions.RUN;
      default -> throw CarrelException.usage("cannot plan '" + name + "': say carrel plan shell ... or carrel plan run ...,"
          + " see carrel plan --help");
    };
    WorkplaceLine line = options.parse(name, Arrays.copyOfRange(rest, 1, rest.length));
    if (line.help()) {
      System.out.print(options.help(name));
      return 0;
    }
    Workplaces places = Services.present(workplaces, Services.WORKPLACES);
    Containers engine = Services.present(containers, Services.CONTAINERS);
    Foreground front = foreground;
    Workplace workplace = places.plan(line.request(front == null ? Stdio.inherit() : front.stdio()), Progress.silent());
    PlanReport report = new PlanReport(workplace, engine.explain(workplace.spec()));
    System.out.print(json || line.json() ? report.json() : report.text());
    return 0;
  }
}
