package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.util.Arrays;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;

/**
 * A command whose first word says what to do, each with options of its own: {@code store gc}.
 *
 * @param known the words there are, as a sentence lists them
 */
record Verbs(String command, String help, String known) {
  /** Which options a word takes. */
  interface Grammar {
    /** @throws CarrelException as {@link #unknown} makes it */
    Options of(String verb);
  }

  /** What a word does; returns the exit status. */
  interface Work {
    int on(String verb, LifeLine line);
  }

  /** Reads a command line and does the work, or tells what is wrong with it. */
  int run(String[] arguments, BundleContext context, Grammar grammar, Work work) {
    try {
      if (arguments.length == 0) {
        throw WorkplaceOptions.usage(command, "what? " + say());
      }
      String verb = arguments[0];
      if (verb.equals("--help") || verb.equals("-h")) {
        System.out.print(help);
        return 0;
      }
      return LifeLine.run(command + " " + verb, help, grammar.of(verb), Arrays.copyOfRange(arguments, 1, arguments.length), context,
          line -> work.on(verb, line));
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  CarrelException unknown(String verb) {
    return WorkplaceOptions.usage(command, "'" + verb + "' is not known. " + say());
  }

  private String say() {
    return "Say carrel " + command + " " + known;
  }
}
