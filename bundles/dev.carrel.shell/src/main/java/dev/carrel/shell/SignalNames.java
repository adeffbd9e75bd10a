package dev.carrel.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** The signals of Linux; see signal(7). */
final class SignalNames {
  static final int KILL = 9;
  private static final int LAST = 64;
  /** As programs see it: the C library keeps two for itself. */
  private static final int FIRST_REAL_TIME = 34;
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
      String name = bare(word);
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
    OptionalInt number = number(word);
    if (number.isEmpty()) {
      throw line.usage("--signal=" + word + problem(word));
    }
    return number.getAsInt();
  }

  /**
   * The same of an option.
   *
   * @param command for messages
   */
  static int number(String command, String option, String word) {
    OptionalInt number = number(word);
    if (number.isEmpty()) {
      throw WorkplaceOptions.usage(command, option + "=" + word + problem(word));
    }
    return number.getAsInt();
  }

  /** Of those that have no name, as glibc counts them: RTMIN+3. */
  private static OptionalInt number(String word) {
    String name = bare(word);
    int at = NAMES.indexOf(name);
    if (at >= 0) {
      return OptionalInt.of(at + 1);
    }
    int base = name.startsWith("RTMIN+") ? FIRST_REAL_TIME : 0;
    try {
      int number = Integer.parseInt(base == 0 ? word : name.substring("RTMIN+".length())) + base;
      return number >= 1 && number <= LAST && number >= base ? OptionalInt.of(number) : OptionalInt.empty();
    } catch (NumberFormatException e) {
      return name.equals("RTMIN") ? OptionalInt.of(FIRST_REAL_TIME) : OptionalInt.empty();
    }
  }

  private static String bare(String word) {
    String name = word.toUpperCase(Locale.ROOT);
    return name.startsWith("SIG") ? name.substring(3) : name;
  }

  private static String problem(String word) {
    String nearest = NearestName.of(bare(word), new ArrayList<>(NAMES));
    return " is no signal" + (nearest.isEmpty() ? ": give a name such as TERM, or a number from 1 to " + LAST : "; did you mean " + nearest + "?");
  }
}
