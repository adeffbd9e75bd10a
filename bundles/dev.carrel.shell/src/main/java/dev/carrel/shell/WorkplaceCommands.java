package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.environment.SearchPaths;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.network.NetworkSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Places to work: {@code shell}, {@code environment}, {@code run}, {@code plan}.
 *
 * <p>{@code run -- /bin/true} goes through here: no lambda, no stream, nothing loaded that is not needed.
 */
@Component(
    service = WorkplaceCommands.class,
    configurationPid = "dev.carrel.shell",
    property = {
      "osgi.command.scope=carrel",
      "osgi.command.function=shell",
      "osgi.command.function=environment",
      "osgi.command.function=run",
      "osgi.command.function=create",
      "osgi.command.function=plan"
    })
@Designate(ocd = ShellSettings.class)
public final class WorkplaceCommands {
  private final BundleContext context;
  private volatile StandingWords standing;

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

  /** Only a manifest needs it. */
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Declarations declarations;

  @Activate
  public WorkplaceCommands(BundleContext context, Map<String, Object> properties) {
    this.context = context;
    modified(properties);
  }

  /** Something else is configured: that counts for the next command. */
  @Modified
  void modified(Map<String, Object> properties) {
    standing = new StandingWords(properties);
  }

  /** A container made of packages. Returns the exit status of its program. */
  public int shell(String... arguments) {
    return start(WorkplaceOptions.SHELL, "shell", arguments);
  }

  /** As {@link #shell}, with what building the packages needs. Returns the exit status of its program. */
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
      if (options == WorkplaceOptions.SHELL && line.manifestLine().wantsManifest()) {
        line = withManifests(name, line, false);
      }
      if (options == WorkplaceOptions.SHELL && line.manifestLine().exports()) {
        System.out.print(ManifestExport.text(name, line));
        return 0;
      }
      line = standing.before(line, options, name, false);
      if (line.isOutside()) {
        return outside(line);
      }
      if (line.json()) {
        throw WorkplaceOptions.usage(name, "--json belongs to --search-paths, and to carrel plan");
      }
      return start(line);
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  private WorkplaceLine withManifests(String name, WorkplaceLine line, boolean planning) {
    Supplier<Declarations> reader = new Supplier<>() {
      @Override
      public Declarations get() {
        return Services.present(declarations, Services.DECLARATIONS, context);
      }
    };
    return new Manifests(reader, Permissions.of(ForCaller.environment())).extended(name, line, planning);
  }

  private int start(WorkplaceLine line) {
    Workplaces places = Services.present(workplaces, Services.WORKPLACES, context);
    Containers engine = Services.present(containers, Services.CONTAINERS, context);
    Foreground front = ForCaller.foreground(foreground, context);
    List<StatusLines> told = line.statusLines();
    Workplace workplace;
    ContainerSpec spec;
    try (ProgressReport progress = new ProgressReport(System.err, line.quiet(), front)) {
      WorkplaceRequest request = line.request(front.stdio(), pids(engine));
      Optional<Limits> limits = line.limits(); // what makes no sense is told before anything is made
      workplace = places.prepare(request, progress);
      spec = limits.isPresent() ? workplace.spec().withLimits(limits.get()) : workplace.spec();
    }
    for (String note : workplace.notes()) {
      System.err.println("carrel: note: " + Printable.line(note));
    }
    System.out.flush();
    PidFile pidFile = new PidFile(line.pidFile());
    if (line.detached()) {
      Container container = told(line.held() ? engine.create(spec) : engine.start(spec), pidFile, told);
      System.out.println(container.id());
      return 0;
    }
    Container[] started = new Container[1];
    int status = front.run(new Supplier<>() {
      @Override
      public Container get() {
        started[0] = told(engine.start(spec), pidFile, told);
        return started[0];
      }
    }, line.forwardedSignals()).shellStatus();
    if (spec.limits().isPresent()) {
      LimitReport.tellOutOfMemory(started[0].info());
    }
    for (StatusLines lines : told) {
      lines.ended(status);
    }
    return status;
  }

  private int outside(WorkplaceLine line) {
    OutsideOptions mode = line.outside();
    Workplaces places = Services.present(workplaces, Services.WORKPLACES, context);
    Foreground front = ForCaller.foreground(foreground, context);
    WorkplaceRequest request = line.request(Stdio.inherit(), Long::parseLong);
    SearchPaths paths;
    try (ProgressReport progress = new ProgressReport(System.err, line.quiet(), front)) {
      paths = places.searchPaths(request, progress);
    }
    for (String note : paths.notes()) {
      System.err.println("carrel: note: " + Printable.line(note));
    }
    HostVariables variables = new HostVariables(paths, request, line.pure());
    switch (mode) {
      case SEARCH_PATHS -> System.out.print(line.json() ? Json.of(variables.data()) : variables.shellCode());
      case CHECK -> {
        return new ShellCheck(variables, request.directory()).report(System.out);
      }
      case PURE -> {
        System.out.flush();
        return new HostProgram(variables, request).run(front).shellStatus();
      }
    }
    return 0;
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
    if (options == WorkplaceOptions.SHELL && line.manifestLine().wantsManifest()) {
      line = withManifests(name, line, true);
    }
    line = standing.before(line, options, name, true);
    if (line.isOutside()) {
      throw CarrelException.usage("carrel plan: --" + line.outside().label() + " makes no container, of which there could be a plan."
          + " carrel " + name + " --search-paths shows the variables");
    }
    System.out.print(report(line, json || line.json()));
    return 0;
  }

  private String report(WorkplaceLine line, boolean json) {
    Workplaces places = Services.present(workplaces, Services.WORKPLACES, context);
    Containers engine = Services.present(containers, Services.CONTAINERS, context);
    // Only its streams would be known better with it.
    Stdio stdio = foreground == null ? Stdio.inherit() : ForCaller.foreground(foreground, context).stdio();
    WorkplaceRequest request = line.request(stdio, pids(engine));
    Optional<Limits> limits = line.limits();
    Workplace workplace = places.plan(request, Progress.silent());
    Workplace limited = limits.isPresent() ? workplace.withSpec(workplace.spec().withLimits(limits.get())) : workplace;
    PlanReport plan = new PlanReport(limited, engine.explain(limited.spec()));
    return json ? PlanJson.of(plan) : plan.text();
  }
}
