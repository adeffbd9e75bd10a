package dev.carrel.shell;

import dev.carrel.api.environment.Installations;
import dev.carrel.api.environment.Installed;
import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generations;
import dev.carrel.api.store.PackageInfo;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.system.SystemName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Profiles: {@code profile install|remove|upgrade|list|search|show|generations|rollback|switch|delete-generations}. */
@Component(
    service = ProfileCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=profile"})
public final class ProfileCommands {
  private static final Verbs VERBS = new Verbs("profile", StoreHelp.PROFILE,
      "install, remove, upgrade, list, search, show, generations, rollback, switch or delete-generations");

  /** Those that make a tree of packages, and so configure them. */
  private static final Set<String> MAKING = Set.of("install", "remove", "upgrade");

  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Installations installations;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Generations generations;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Foreground foreground;

  @Activate
  public ProfileCommands(BundleContext context) {
    this.context = context;
  }

  private Generations generations() {
    return Services.present(generations, Services.PROFILES, context);
  }

  private Installations installations() {
    return Services.present(installations, Services.INSTALLATIONS, context);
  }

  /** Changes and shows profiles. */
  public int profile(String... arguments) {
    return VERBS.run(arguments, context, ProfileCommands::options, (verb, line) -> {
      run(verb, line);
      return 0;
    });
  }

  private static Options options(String verb) {
    Options options = new Options();
    switch (verb) {
      case "search", "show" -> options.addOption(null, "source", true, "").addOption(null, "json", false, "");
      case "install" -> options.addOption(null, "source", true, "").addOption(null, "refresh", false, "");
      case "list", "generations" -> options.addOption(null, "json", false, "");
      case "remove", "upgrade", "rollback", "switch", "delete-generations" -> { }
      default -> throw VERBS.unknown(verb);
    }
    if (MAKING.contains(verb)) {
      ScriptOptions.add(options);
    }
    return options.addOption("p", "profile", true, "").addOption("q", "quiet", false, "");
  }

  private void run(String verb, LifeLine line) {
    if (MAKING.contains(verb) && profile(line).name().startsWith(SystemName.PROFILE)) {
      throw line.usage("the profile " + profile(line) + " is that of a system, and has no packages of its own. Change the declaration, and say"
          + " carrel system reconfigure");
    }
    switch (verb) {
      case "install" -> install(line);
      case "remove" -> {
        List<String> names = some(line, "which package?");
        Scripts scripts = ScriptOptions.of(line.name(), line.line());
        changed(line, reported(line, progress -> installations().remove(profile(line), names, scripts, progress)));
      }
      case "upgrade" -> {
        line.noOperands();
        Scripts scripts = ScriptOptions.of(line.name(), line.line());
        changed(line, reported(line, progress -> installations().upgrade(profile(line), scripts, progress)));
      }
      case "list" -> list(line);
      case "search" -> {
        List<String> words = some(line, "what for? Give a word");
        List<PackageInfo> found = reported(line, progress -> installations().search(words, source(line), progress));
        System.out.print(ProfileReport.packages(found, line.has("json"), false));
      }
      case "show" -> {
        List<String> names = some(line, "which package?");
        List<PackageInfo> found = reported(line, progress -> installations().show(names, source(line), progress));
        System.out.print(ProfileReport.packages(found, line.has("json"), true));
      }
      case "generations" -> showGenerations(line);
      case "rollback" -> {
        line.noOperands();
        told(generations().rollBack(profile(line)));
      }
      case "switch" -> told(generations().switchTo(profile(line), number(line)));
      default -> delete(line);
    }
  }

  private <T> T reported(LifeLine line, ProgressReport.Work<T> work) {
    return ProgressReport.during(line, ForCaller.foreground(foreground, context), work);
  }

  private static Optional<String> source(LifeLine line) {
    return Optional.ofNullable(line.line().getOptionValue("source"));
  }

  private static ProfileName profile(LifeLine line) {
    try {
      return line.has("profile") ? new ProfileName(line.value("profile", "")) : ProfileName.DEFAULT;
    } catch (IllegalArgumentException e) {
      throw line.usage("--profile: " + e.getMessage());
    }
  }

  private static List<String> some(LifeLine line, String question) {
    if (line.operands().isEmpty()) {
      throw line.usage(question + (question.endsWith("?") ? " Give its name" : ""));
    }
    return line.operands();
  }

  private void install(LifeLine line) {
    List<PackageRequest> packages = new ArrayList<>();
    for (String word : some(line, "which package?")) {
      try {
        if (word.endsWith("=")) {
          throw new IllegalArgumentException("the package " + word + " lacks its version: write NAME or NAME=VERSION");
        }
        packages.add(PackageRequest.parse(word));
      } catch (IllegalArgumentException e) {
        throw line.usage(e.getMessage());
      }
    }
    Scripts scripts = ScriptOptions.of(line.name(), line.line());
    changed(line, reported(line, progress ->
        installations().install(profile(line), packages, source(line), line.has("refresh"), scripts, progress)));
  }

  private void changed(LifeLine line, Installed installed) {
    installed.notes().forEach(note -> System.err.println("carrel: note: " + Printable.line(note)));
    if (!line.has("quiet")) {
      told(installed.generation());
    }
  }

  private static void told(Generation generation) {
    System.out.println("profile " + generation.profile() + ": generation " + generation.number() + ", " + ProfileReport.count(generation));
  }

  private void list(LifeLine line) {
    line.noOperands();
    Optional<Generation> current = generations().current(profile(line));
    if (current.isEmpty() && line.has("profile")) {
      throw line.usage("there is no profile " + profile(line) + ", but " + names());
    }
    System.out.print(ProfileReport.requests(current.isPresent() ? current.get().packages() : List.of(), line.has("json")));
  }

  private String names() {
    List<ProfileName> there = generations().profiles();
    return there.isEmpty() ? "none at all" : String.join(", ", there.stream().map(ProfileName::name).toList());
  }

  private void showGenerations(LifeLine line) {
    line.noOperands();
    List<ProfileName> shown = line.has("profile") ? List.of(profile(line)) : generations().profiles();
    List<ProfileReport.Shown> rows = new ArrayList<>();
    for (ProfileName profile : shown) {
      Optional<Generation> current = generations().current(profile);
      for (Generation generation : generations().all(profile)) {
        rows.add(new ProfileReport.Shown(generation, current.isPresent() && current.get().number() == generation.number()));
      }
    }
    if (rows.isEmpty() && line.has("profile")) {
      throw line.usage("there is no profile " + profile(line) + ", but " + names());
    }
    System.out.print(ProfileReport.generations(rows, line.has("json")));
  }

  private static int number(LifeLine line) {
    if (line.operands().size() != 1) {
      throw line.usage("to which generation? Give one number");
    }
    return GenerationSet.number(line, line.operands().get(0));
  }

  private void delete(LifeLine line) {
    if (line.operands().size() != 1) {
      throw line.usage("which generations? Give a number, a range such as 3..7, or an age such as 30d");
    }
    ProfileName profile = profile(line);
    Optional<Generation> current = generations().current(profile);
    List<Integer> numbers = GenerationSet.of(line, line.operands().get(0), generations().all(profile),
        current.isPresent() ? current.get().number() : 0, Instant.now());
    generations().delete(profile, numbers);
    for (int number : numbers) {
      System.out.println("deleted generation " + number + " of profile " + profile);
    }
  }
}
