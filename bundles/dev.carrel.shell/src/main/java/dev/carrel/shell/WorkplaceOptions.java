package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** The options of {@code shell} and of {@code run}. */
enum WorkplaceOptions {
  /** Operands are packages; the command comes after {@code --}. */
  SHELL(true),
  /** Operands are the command. */
  RUN(false);

  private final boolean packages;

  WorkplaceOptions(boolean packages) {
    this.packages = packages;
  }

  private Options options() {
    Options options = new Options()
        .addOption("h", "help", false, "")
        .addOption("q", "quiet", false, "")
        .addOption("N", false, "")
        .addOption(Option.builder().longOpt("json").get())
        .addOption(Option.builder().longOpt("no-cwd").get())
        .addOption(Option.builder().longOpt("writable-root").get())
        .addOption(valued("E", "preserve"));
    for (String name : new String[] {"expose", "share", "user", "network", "hostname", "backend"}) {
      options.addOption(valued(name.equals("user") ? "u" : null, name));
    }
    if (packages) {
      options.addOption(valued("r", "root")).addOption(valued("p", "profile")).addOption(valued(null, "source"));
      options.addOption(Option.builder().longOpt("refresh").get());
    } else {
      options.addOption(Option.builder().longOpt("no-system").get());
    }
    return options;
  }

  private static Option valued(String shortName, String longName) {
    return Option.builder(shortName).longOpt(longName).hasArg().get();
  }

  /**
   * Reads a command line.
   *
   * @throws CarrelException of kind USAGE if it has an option that is not known, or one without its value
   */
  WorkplaceLine parse(String name, String[] arguments) {
    int end = Arrays.asList(arguments).indexOf("--");
    String[] head = end < 0 ? arguments : Arrays.copyOf(arguments, end);
    List<String> rest = end < 0 ? List.of() : Arrays.asList(arguments).subList(end + 1, arguments.length);
    Options options = options();
    try {
      DefaultParser parser = DefaultParser.builder().setAllowPartialMatching(false).setStripLeadingAndTrailingQuotes(false).get();
      // The command of `run` begins at its first word that is no option, and its options are its own.
      CommandLine line = parser.parse(options, head, !packages);
      if (!packages) {
        refuseUnknown(name, options, line);
      }
      return new WorkplaceLine(name, line, packages, rest);
    } catch (UnrecognizedOptionException e) {
      throw unknown(name, options, e.getOption());
    } catch (MissingArgumentException e) {
      Option option = e.getOption();
      String shown = option.getLongOpt() == null ? "-" + option.getOpt() : "--" + option.getLongOpt();
      throw CarrelException.usage("carrel " + name + ": " + shown + " lacks its value. See carrel " + name + " --help");
    } catch (ParseException e) {
      throw CarrelException.usage("carrel " + name + ": " + e.getMessage() + ". See carrel " + name + " --help");
    }
  }

  /** A lenient parse takes an unknown option for the first word of the command. */
  private static void refuseUnknown(String name, Options options, CommandLine line) {
    String[] words = line.getArgs();
    if (words.length > 0 && words[0].startsWith("-") && words[0].length() > 1) {
      throw unknown(name, options, words[0]);
    }
  }

  private static CarrelException unknown(String name, Options options, String option) {
    String word = option.indexOf('=') < 0 ? option : option.substring(0, option.indexOf('='));
    StringBuilder message = new StringBuilder("carrel ").append(name).append(": unknown option ").append(word);
    String nearest = NearestName.of(word.replaceFirst("^-+", ""),
        options.getOptions().stream().map(Option::getLongOpt).filter(java.util.Objects::nonNull).toList());
    if (!nearest.isEmpty()) {
      message.append("; did you mean --").append(nearest).append('?');
    } else {
      message.append('.');
    }
    return CarrelException.usage(message.append(" See carrel ").append(name).append(" --help").toString());
  }

  String help(String name) {
    return packages ? Help.shell(name) : Help.RUN;
  }
}
