package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.Containers;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Store;
import dev.carrel.api.system.BuiltSystem;
import dev.carrel.api.system.DeclarationPlaces;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.Systems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whole systems: {@code system container|build|reconfigure|describe|list-generations|roll-back|switch-generation|start|schema}. */
@Component(
    service = SystemCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=system"})
public final class SystemCommands {
  private static final Verbs VERBS = new Verbs("system", SystemHelp.SYSTEM,
      "container, build, reconfigure, describe, list-generations, roll-back, switch-generation, start or schema");
  private static final String START = "start";

  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Systems systems;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Declarations declarations;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Store store;

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
  public SystemCommands(BundleContext context) {
    this.context = context;
  }

  private Systems systems() {
    return Services.present(systems, Services.SYSTEMS, context);
  }

  private Foreground front() {
    return ForCaller.foreground(foreground, context);
  }

  /** Builds, keeps, shows and starts systems. */
  public int system(String... arguments) {
    if (arguments.length > 0 && arguments[0].equals(START)) {
      return start(Arrays.copyOfRange(arguments, 1, arguments.length));
    }
    String[] words = arguments.length > 0 && arguments[0].equals("container")
        ? LoneNetwork.completed(arguments, options("container").addOption("h", "help", false, ""), true) : arguments;
    return VERBS.run(words, context, SystemCommands::options, (verb, line) -> {
      run(verb, line);
      return 0;
    });
  }

  private int start(String... words) {
    try {
      return new SystemStarts(systems(), Services.present(workplaces, Services.WORKPLACES, context),
          Services.present(containers, Services.CONTAINERS, context), front(), context).start(words);
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  private static Options options(String verb) {
    Options options = new Options();
    switch (verb) {
      case "container" -> {
        options.addOption("d", "detach", false, "").addOption("N", false, "");
        for (String name : new String[] {"expose", "share", "pid-file", "network"}) {
          options.addOption(Option.builder().longOpt(name).hasArg().get());
        }
        NetworkLine.addTo(options);
        LimitOptions.addTo(options);
        options.addOption("r", "root", true, "").addOption(null, "refresh", false, "");
      }
      case "build" -> options.addOption("r", "root", true, "").addOption(null, "refresh", false, "");
      case "reconfigure" -> options.addOption(null, "refresh", false, "");
      case "describe", "list-generations" -> options.addOption(null, "json", false, "");
      case "roll-back", "switch-generation", "schema" -> { }
      default -> throw VERBS.unknown(verb);
    }
    return options.addOption("q", "quiet", false, "");
  }

  private void run(String verb, LifeLine line) {
    switch (verb) {
      case "container" -> System.out.println(rooted(line, build(line, SystemExtension.of(line, read(line, file(line))))).script());
      case "build" -> System.out.println(rooted(line, build(line, read(line, file(line)))).directory());
      case "reconfigure" -> reconfigure(line);
      case "describe" -> describe(line);
      case "list-generations" -> list(line);
      case "roll-back" -> told(systems().rollBack(name(line, one(line, "which system? Give its name"))));
      case "switch-generation" -> {
        if (line.operands().size() != 2) {
          throw line.usage("which system, and to which generation? Give a name and a number");
        }
        told(systems().switchTo(name(line, line.operands().get(0)), GenerationSet.number(line, line.operands().get(1))));
      }
      default -> {
        line.noOperands();
        System.out.print(Json.of(SystemSchema.of()));
      }
    }
  }

  private static String one(LifeLine line, String question) {
    if (line.operands().size() != 1) {
      throw line.usage(line.operands().isEmpty() ? question : "one system at a time, and not also '" + line.operands().get(1) + "'");
    }
    return line.operands().get(0);
  }

  private static boolean isFile(String word) {
    return word.indexOf('/') >= 0 || word.endsWith(".toml");
  }

  private static Path file(LifeLine line) {
    return WorkplaceLine.here().resolve(one(line, "which system? Give the file that declares it")).normalize();
  }

  private static SystemName name(LifeLine line, String word) {
    try {
      return new SystemName(word);
    } catch (IllegalArgumentException e) {
      throw line.usage(e.getMessage());
    }
  }

  private SystemReader.Read read(LifeLine line, Path file) {
    try {
      GivenFile given = GivenFile.read(file);
      return SystemReader.read(file, given.text(), Services.present(declarations, Services.DECLARATIONS, context));
    } catch (IllegalArgumentException e) {
      throw line.usage(file + ": " + e.getMessage());
    }
  }

  private BuiltSystem build(LifeLine line, SystemReader.Read read) {
    DeclarationPlaces places = read.places();
    BuiltSystem built = ProgressReport.during(line, front(), progress -> systems().build(read.declaration(), places, line.has("refresh"), progress));
    built.notes().forEach(note -> System.err.println("carrel: note: " + Printable.line(note)));
    if (!line.has("quiet")) {
      built.omitted().forEach(omission ->
          System.err.println("carrel: note: " + Printable.line(omission.what() + " is left out: " + omission.why())));
    }
    return built;
  }

  private BuiltSystem rooted(LifeLine line, BuiltSystem built) {
    if (line.has("root")) {
      Services.present(store, Services.STORE, context).addRoot(WorkplaceLine.here().resolve(line.value("root", "")).normalize(), built.item());
    }
    return built;
  }

  private void reconfigure(LifeLine line) {
    String word = one(line, "which system? Give the file that declares it, or its name");
    SystemName name;
    Generation generation;
    if (isFile(word)) {
      SystemReader.Read read = read(line, file(line));
      name = read.declaration().name();
      BuiltSystem built = build(line, read);
      generation = ProgressReport.during(line, front(), progress -> systems().keep(read.declaration().name(), built, progress));
    } else {
      name = name(line, word);
      generation = systems().current(name);
    }
    told(generation);
    takeUp(name, generation);
  }

  /** In all that run of it; one that fails does not spare the others. */
  private void takeUp(SystemName name, Generation generation) {
    RunningSystems running = new RunningSystems(systems(), Services.present(containers, Services.CONTAINERS, context));
    SystemStart next = systems().start(Services.present(store, Services.STORE, context).locate(generation.item()));
    Optional<CarrelException> failure = Optional.empty();
    for (ContainerHandle container : running.of(name)) {
      try {
        running.reconfigure(container, next, System.out::println);
      } catch (CarrelException e) {
        failure.ifPresent(before -> Outcome.of(before, context));
        failure = Optional.of(e);
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  private static void told(Generation generation) {
    System.out.println("system " + SystemReport.name(generation) + ": generation " + generation.number());
  }

  private void describe(LifeLine line) {
    String word = one(line, "which system? Give the file that declares it, or its name");
    if (isFile(word)) {
      System.out.print(SystemReport.declared(read(line, file(line)).declaration(), line.has("json")));
      return;
    }
    Generation generation = systems().current(name(line, word));
    Path item = Services.present(store, Services.STORE, context).locate(generation.item());
    System.out.print(SystemReport.kept(generation, systems().start(item), line.has("json")));
  }

  private void list(LifeLine line) {
    if (line.operands().size() > 1) {
      throw line.usage("one system at a time, and not also '" + line.operands().get(1) + "'");
    }
    List<SystemName> shown = line.operands().isEmpty() ? systems().names() : List.of(name(line, line.operands().get(0)));
    List<ProfileReport.Shown> rows = new ArrayList<>();
    for (SystemName name : shown) {
      int current = systems().current(name).number();
      systems().generations(name).forEach(generation -> rows.add(new ProfileReport.Shown(generation, generation.number() == current)));
    }
    System.out.print(SystemReport.generations(rows, line.has("json")));
  }
}
