package dev.carrel.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** What to say of an option that a command does not have: who comes from Docker or Podman may mean another one, or none. */
final class UnknownOption {
  /** What people call options who come from there, and what Carrel calls them. */
  private static final Map<String, String> FAMILIAR = Map.of("-m", "memory", "-c", "cpu-weight", "-v", "share", "--volume", "share", "-p", "publish",
      "-w", "directory", "--workdir", "directory", "--cpu-shares", "cpu-weight", "--cpuset-cpus", "cpuset", "--pids-limit", "pids");
  private static final List<String> TERMINAL = List.of("-i", "-t", "-it", "-ti", "--interactive", "--tty");

  private UnknownOption() {}

  /** Names it, with what may be meant. */
  static String of(String command, String option, Options options) {
    return "unknown option " + option + meant(command, option, options);
  }

  private static String meant(String command, String option, Options options) {
    if (TERMINAL.contains(option) && (options.hasOption("tty") || command.equals("exec"))) {
      return ": leave it out, the program has your terminal and your input in any case";
    }
    // The value may stand right behind the letter of a short one.
    String familiar = FAMILIAR.getOrDefault(option.startsWith("--") || option.length() < 2 ? option : option.substring(0, 2), "");
    String name = options.hasLongOption(familiar) ? familiar : nearest(option, options);
    return name.isEmpty() ? "" : "; did you mean --" + name + "?";
  }

  private static String nearest(String option, Options options) {
    List<String> names = new ArrayList<>();
    for (Option known : options.getOptions()) {
      if (known.getLongOpt() != null) {
        names.add(known.getLongOpt());
      }
    }
    return option.startsWith("--") ? NearestName.of(option.substring(2), names) : "";
  }
}
