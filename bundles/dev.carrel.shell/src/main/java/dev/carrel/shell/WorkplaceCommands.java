package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.network.NetworkSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Places to work: {@code shell}, {@code environment}, {@code run}, {@code plan}.
 *
 * <p>{@code run -- /bin/true} goes through here: no lambda, no stream, nothing loaded that is not needed.
 */
@Component(
    service = WorkplaceCommands.class,
    property = {
      "osgi.command.scope=carrel",
      "osgi.command.function=shell",
      "osgi.command.function=environment",
      "osgi.command.function=run",
      "osgi.command.function=create",
      "osgi.command.function=plan"
    })
public final class WorkplaceCommands {
  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Workplaces workplaces;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Containers containers;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Foreground foreground;

  @Activate
  public WorkplaceCommands(BundleContext context) {
    this.context = context;
  }

  /** A container made of packages. Returns the exit status of its program. */
  public int shell(String... arguments) {
    return start(WorkplaceOptions.SHELL, "shell", arguments);
  }

  /** The same as {@link #shell}. */
  public int environment(String... arguments) {
    return start(WorkplaceOptions.SHELL, "environment", arguments);
  }

  /** A container made of directories. Returns the exit status of its program. */
  public int run(String... arguments) {
    return start(WorkplaceOptions.RUN, "run", arguments);
  }

  /** The same as {@link #run}, with the program to be started later. Prints the container's id. */
  public int create(String... arguments) {
    return start(WorkplaceOptions.RUN, "create", arguments);
  }

  private int start(WorkplaceOptions options, String name, String[] arguments) {
    try {
      WorkplaceLine line = options.parse(name, arguments, false);
      if (line.help()) {
        System.out.print(options.help(name));
        return 0;
      }
      return start(line);
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  private int start(WorkplaceLine line) {
    Workplaces places = Services.present(workplaces, Services.WORKPLACES, context);
    Containers engine = Services.present(containers, Services.CONTAINERS, context);
    Foreground front = Services.present(foreground, Services.FOREGROUND, context);
    List<StatusLines> told = line.statusLines();
    Workplace workplace;
    try (ProgressReport progress = new ProgressReport(System.err, line.quiet(), front)) {
      workplace = places.prepare(line.request(front.stdio(), pids(engine)), progress);
    }
    for (String note : workplace.notes()) {
      System.err.println("carrel: note: " + Printable.line(note));
    }
    System.out.flush();
    PidFile pidFile = new PidFile(line.pidFile());
    if (line.detached()) {
      Container container = told(line.held() ? engine.create(workplace.spec()) : engine.start(workplace.spec()), pidFile, told);
      System.out.println(container.id());
      return 0;
    }
    int status = front.run(new Supplier<>() {
      @Override
      public Container get() {
        return told(engine.start(workplace.spec()), pidFile, told);
      }
    }, line.forwardedSignals()).shellStatus();
    for (StatusLines lines : told) {
      lines.ended(status);
    }
    return status;
  }

  private static Container told(Container made, PidFile pidFile, List<StatusLines> told) {
    Container container = pidFile.write(made);
    if (made.spec().network() instanceof NetworkSpec.Attached) {
      for (String note : container.info().network().orElseThrow().notes()) {
        System.err.println("carrel: note: " + Printable.line(note));
      }
    }
    for (StatusLines lines : told) {
      lines.started(container);
    }
    return container;
  }

  /** A class, as a first lambda costs a start-up 10 ms. */
  private static Pids pids(Containers engine) {
    return new Pids() {
      @Override
      public long of(String word) {
        boolean number = !word.isEmpty() && word.length() < 10 && word.chars().allMatch(c -> c >= '0' && c <= '9');
        Optional<ContainerHandle> container = engine.find(word);
        if (container.isPresent() && container.get().info().state() == State.ENDED) {
          throw CarrelException.failed("cannot join a namespace of container " + word + ": it has ended. carrel list shows those that run");
        }
        if (container.isEmpty() && !number) {
          throw CarrelException.usage("cannot join a namespace: no container is called '" + word + "'. carrel list shows yours");
        }
        return container.isPresent() ? container.get().info().pid() : Long.parseLong(word);
      }
    };
  }

  /** Shows what another command would do. */
  public int plan(String... arguments) {
    try {
      return explain(arguments);
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  private int explain(String[] arguments) {
    int first = 0;
    boolean json = false;
    while (first < arguments.length && arguments[first].startsWith("-")) {
      switch (arguments[first]) {
        case "--help", "-h" -> {
          System.out.print(Help.PLAN);
          return 0;
        }
        case "--json" -> json = true;
        default -> throw CarrelException.usage("carrel plan: unknown option " + arguments[first]
            + ". An option of the planned command comes after its name. See carrel plan --help");
      }
      first++;
    }
    if (first == arguments.length) {
      throw CarrelException.usage("carrel plan: what? Say carrel plan shell ... or carrel plan run ..., see carrel plan --help");
    }
    String name = arguments[first];
    WorkplaceOptions options = switch (name) {
      case "shell", "environment" -> WorkplaceOptions.SHELL;
      case "run", "create" -> WorkplaceOptions.RUN;
      default -> throw CarrelException.usage("carrel plan: cannot plan '" + name + "': only shell, environment, run and create make"
          + " containers. See carrel plan --help");
    };
    WorkplaceLine line = options.parse(name, Arrays.copyOfRange(arguments, first + 1, arguments.length), true);
    if (line.help()) {
      System.out.print(options.help(name));
      return 0;
    }
    System.out.print(report(line, json || line.json()));
    return 0;
  }

  private String report(WorkplaceLine line, boolean json) {
    Workplaces places = Services.present(workplaces, Services.WORKPLACES, context);
    Containers engine = Services.present(containers, Services.CONTAINERS, context);
    Foreground front = foreground; // only its streams would be known better with it
    Stdio stdio = front == null ? Stdio.inherit() : front.stdio();
    Workplace workplace = places.plan(line.request(stdio, pids(engine)), Progress.silent());
    PlanReport plan = new PlanReport(workplace, engine.explain(workplace.spec()));
    return json ? PlanJson.of(plan) : plan.text();
  }
}
