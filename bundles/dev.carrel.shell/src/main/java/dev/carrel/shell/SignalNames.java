package dev.carrel.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The signals of Linux; see signal(7). */
final class SignalNames {
  static final int KILL = 9;
  private static final int LAST = 64;
  /** In the order of their numbers, from 1 on. */
  private static final List<String> NAMES = Arrays.asList(("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD"
      + " CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS").split(" "));

  /** What goes to the program in the foreground, unless something else is said. */
  static final List<String> FORWARDED = List.of("INT", "TERM", "HUP");
  /** Those that the JVM needs for itself, or that nobody can take. */
  private static final List<String> KEPT = List.of("QUIT", "ILL", "TRAP", "BUS", "FPE", "KILL", "USR1", "SEGV", "CHLD", "STOP", "WINCH");

  private SignalNames() {}

  /**
   * The names in a list such as {@code INT,USR2}, or {@code none}.
   *
   * @param command for messages
   */
  static List<String> forwarded(String command, String list) {
    List<String> names = new ArrayList<>();
    if (list.equals("none")) {
      return names;
    }
    for (String word : list.split(",", -1)) {
      String name = word.toUpperCase(Locale.ROOT);
      name = name.startsWith("SIG") ? name.substring(3) : name;
      if (!NAMES.contains(name)) {
        throw WorkplaceOptions.usage(command, "--forward-signals=" + list + ": '" + word + "' is no signal; write for example INT,TERM,USR2 or none");
      }
      if (KEPT.contains(name)) {
        throw WorkplaceOptions.usage(command, "--forward-signals=" + list + ": " + name + " cannot be passed on: Carrel's JVM needs it itself, or nobody can"
            + " take it. carrel kill --signal=" + name + " sends it");
      }
      names.add(name);
    }
    return names;
  }

  /** The number of a signal that was given by its name, with or without SIG, or by its number. */
  static int number(LifeLine line, String word) {
    String name = word.toUpperCase(Locale.ROOT);
    name = name.startsWith("SIG") ? name.substring(3) : name;
    int at = NAMES.indexOf(name);
    if (at >= 0) {
      return at + 1;
    }
    try {
      int number = Integer.parseInt(word);
      if (number >= 1 && number <= LAST) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    String nearest = NearestName.of(name, new ArrayList<>(NAMES));
    throw line.usage("--signal=" + word + " is no signal" + (nearest.isEmpty() ? ": give a name such as TERM, or a number from 1 to " + LAST
        : "; did you mean " + nearest + "?"));
  }
}
