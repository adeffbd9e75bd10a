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
  SHELL,
  /** Operands are the command: it begins at the first word that is no option, and its options are its own. */
  RUN;

  private static final String[] VALUED = {"expose", "share", "network", "hostname", "backend"};

  private Options options(boolean planning) {
    Options options = new Options()
        .addOption("h", "help", false, "")
        .addOption("q", "quiet", false, "")
        .addOption("N", false, "")
        .addOption(flag("no-cwd"))
        .addOption(flag("writable-root"))
        .addOption(valued("E", "preserve"))
        .addOption(valued("u", "user"))
        .addOption(valued("C", "directory"));
    for (String name : VALUED) {
      options.addOption(valued(null, name));
    }
    NetworkLine.addTo(options);
    SecurityOptions.addTo(options);
    LimitOptions.addTo(options);
    ProgramOptions.addTo(options);
    options.addOption(valued(null, "mount")).addOption(valued(null, "symlink")).addOption(valued(null, "args")).addOption(valued(null, "mask"))
        .addOption(valued(null, "read-only")).addOption(valued(null, "sysctl")).addOption(valued(null, "info-fd")).addOption(valued(null, "json-status-fd"));
    LifeOptions.addTo(options);
    options.addOption(valued(null, "pid-file")).addOption(valued(null, "namespaces")).addOption(valued(null, "join"))
        .addOption(valued(null, "time-offset")).addOption(valued(null, "uid")).addOption(valued(null, "gid"))
        .addOption(valued(null, "ids"));
    if (planning || this == SHELL) {
      options.addOption(flag("json"));
    }
    if (this == SHELL) {
      options.addOption(valued("r", "root")).addOption(valued("p", "profile")).addOption(valued(null, "source"));
      options.addOption(flag("refresh")).addOption(flag("build"));
      ScriptOptions.add(options);
      PackageWords.addTo(options);
      options.addOption(flag("link-profile")).addOption(flag("pure")).addOption(flag("search-paths")).addOption(flag("check"));
      ManifestLine.addTo(options);
    } else {
      options.addOption(flag("no-system"));
    }
    return options;
  }

  private static Option flag(String name) {
    return Option.builder().longOpt(name).get();
  }

  private static Option valued(String shortName, String longName) {
    return Option.builder(shortName).longOpt(longName).hasArg().get();
  }

  /**
   * Reads a command line.
   *
   * @param name the command, for messages
   * @param words what stands behind it
   * @param planning whether it is only to be explained
   * @throws CarrelException of kind USAGE if it has an option that is not known, or one without its value
   */
  WorkplaceLine parse(String name, String[] words, boolean planning) {
    boolean given = false;
    boolean lone = false;
    for (String argument : words) {
      lone |= argument.equals("--network");
      given |= argument.startsWith("--args"); // maybe among the words of the command
      if (argument.indexOf('\0') >= 0) {
        throw usage(name, "the word '" + argument.replace("\0", "\\0") + "' has a NUL character, which no program can be given");
      }
    }
    Options options = options(planning);
    String[] arguments = lone ? LoneNetwork.completed(words, options, this == SHELL) : words;
    try {
      WorkplaceLine line = line(name, arguments, options);
      return given && line.hasWords() ? line(name, GivenWords.expand(name, arguments, ownWords(arguments, line)), options) : line;
    } catch (UnrecognizedOptionException e) {
      throw unknown(name, options, e.getOption());
    } catch (MissingArgumentException e) {
      throw usage(name, "option " + shown(e.getOption()) + " lacks its value");
    } catch (ParseException e) {
      throw usage(name, e.getMessage());
    }
  }

  private WorkplaceLine line(String name, String[] arguments, Options options) throws ParseException {
    return this == SHELL ? packages(name, arguments, options) : program(name, arguments, options);
  }

  /** How many words come before the command. */
  private int ownWords(String[] arguments, WorkplaceLine line) {
    if (this == RUN) {
      return arguments.length - line.words();
    }
    int end = Arrays.asList(arguments).indexOf("--");
    return end < 0 ? arguments.length : end;
  }

  private WorkplaceLine packages(String name, String[] arguments, Options options) throws ParseException {
    int end = Arrays.asList(arguments).indexOf("--");
    String[] own = end < 0 ? arguments : Arrays.copyOf(arguments, end);
    CommandLine line = parser().parse(options, own, false);
    List<String> command = end < 0 ? List.of() : Arrays.asList(arguments).subList(end + 1, arguments.length);
    return new WorkplaceLine(name, this, line, arguments, PackageWords.of(name, line, parser(), options, own), command);
  }

  /** A lenient parse stops at the first operand; it takes an unknown option for one, or the rest of one. */
  private WorkplaceLine program(String name, String[] arguments, Options options) throws ParseException {
    CommandLine line = parser().parse(options, arguments, true);
    List<String> command = line.getArgList();
    int start = arguments.length - command.size();
    boolean ended = start > 0 && arguments[start - 1].equals("--");
    if (!ended && !command.isEmpty() && arguments[start].startsWith("-") && arguments[start].length() > 1) {
      throw unknown(name, options, arguments[start]);
    }
    return new WorkplaceLine(name, this, line, arguments, PackageWords.none(), command);
  }

  private static DefaultParser parser() {
    return DefaultParser.builder().setAllowPartialMatching(false).setStripLeadingAndTrailingQuotes(false).get();
  }

  private static String shown(Option option) {
    return option.getLongOpt() == null ? "-" + option.getOpt() : "--" + option.getLongOpt();
  }

  private CarrelException unknown(String name, Options options, String word) {
    int equals = word.indexOf('=');
    String option = equals < 0 ? word : word.substring(0, equals);
    if (equals >= 0 && options.hasOption(option)) {
      return usage(name, "option " + option + " takes no value, and has " + word.substring(equals));
    }
    return usage(name, UnknownOption.of(name, option, options));
  }

  static CarrelException usage(String name, String problem) {
    return CarrelException.usage("carrel " + name + ": " + problem + (problem.endsWith("?") ? "" : ".")
        + " See carrel " + name + " --help");
  }

  String help(String name) {
    return this == SHELL ? Help.shell(name) : name.equals("create") ? Help.CREATE : Help.RUN;
  }
}
