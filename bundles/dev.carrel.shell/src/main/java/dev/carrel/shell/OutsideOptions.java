package dev.carrel.shell;

import java.util.List;
import java.util.Set;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** The options by which packages are used without a container. */
enum OutsideOptions {
  /** A program of the host is run with the packages' variables alone. */
  PURE("pure"),
  /** The variables are printed. */
  SEARCH_PATHS("search-paths"),
  /** The user's shell is looked at: does it leave them as they are? */
  CHECK("check");

  /** What is about packages, and not about a container. */
  private static final Set<String> COMMON = Set.of("help", "quiet", "args", "root", "profile", "source", "refresh", "build", "no-scripts",
      "skip-failed-scripts", "script-timeout", "development", "ad-hoc", "manifest", "no-lock", "archive", "pure", "search-paths", "check");
  /** What changes the variables of a program. */
  private static final Set<String> VARIABLES = Set.of("preserve", "env", "setenv", "unsetenv", "clearenv");

  private final String label;

  OutsideOptions(String label) {
    this.label = label;
  }

  /**
   * Which of them a command line has that has one; nothing beside it is silently ignored.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if another option contradicts it, above all one that is about a container
   */
  static OutsideOptions of(String command, CommandLine line, List<String> program) {
    OutsideOptions mode = of(line);
    if (mode == SEARCH_PATHS && line.hasOption("check")) {
      throw WorkplaceOptions.usage(command, "--search-paths starts nothing, and --check starts your shell: leave one out");
    }
    if (mode != PURE && !program.isEmpty()) {
      throw WorkplaceOptions.usage(command, "--" + mode.label + (mode == CHECK ? " starts your shell and nothing else" : " starts nothing")
          + ": leave out the command " + program.get(0));
    }
    for (Option option : line.getOptions()) {
      String name = option.getLongOpt() == null ? option.getOpt() : option.getLongOpt();
      if (mode.takes(name)) {
        continue;
      }
      String written = (option.getLongOpt() == null ? "-" : "--") + name;
      if (VARIABLES.contains(name)) {
        throw WorkplaceOptions.usage(command, written + " changes the variables of a program, and --" + mode.label + " runs none: leave one out");
      }
      if (name.equals("json")) {
        throw WorkplaceOptions.usage(command, "--json belongs to --search-paths");
      }
      throw WorkplaceOptions.usage(command, written + " is about a container, and with --" + mode.label + " there is none: leave one out");
    }
    return mode;
  }

  /** Which of them a command line has that has one. */
  static OutsideOptions of(CommandLine line) {
    return line.hasOption("search-paths") ? SEARCH_PATHS : line.hasOption("check") ? CHECK : PURE;
  }

  /** Whether an option means something beside it. */
  boolean takes(String name) {
    return COMMON.contains(name) || this == SEARCH_PATHS && name.equals("json") || this == PURE && VARIABLES.contains(name);
  }

  /** How it is written. */
  String label() {
    return label;
  }
}
