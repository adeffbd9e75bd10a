package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.Containers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.osgi.framework.BundleContext;

/** A command line about containers that are there: options first, then operands. */
record LifeLine(String name, CommandLine line) {
  /** @throws CarrelException of kind USAGE if it has an option that is not known, or one without its value */
  static LifeLine parse(String name, Options options, String[] arguments) {
    options.addOption("h", "help", false, "");
    boolean ownOptionsOnly = name.equals("exec") || name.equals("container"); // a command follows, whose options are its own
    try {
      CommandLine line = DefaultParser.builder().setAllowPartialMatching(false).setStripLeadingAndTrailingQuotes(false).get()
          .parse(options, arguments, ownOptionsOnly);
      LifeLine read = new LifeLine(name, line);
      List<String> operands = read.operands();
      int start = arguments.length - operands.size();
      boolean ended = start > 0 && arguments[start - 1].equals("--");
      if (ownOptionsOnly && !ended && !operands.isEmpty() && operands.get(0).startsWith("-") && operands.get(0).length() > 1) {
        throw read.usage(UnknownOption.of(name, operands.get(0), options));
      }
      return read;
    } catch (MissingArgumentException e) {
      Option option = e.getOption();
      throw WorkplaceOptions.usage(name, "option " + (option.getLongOpt() == null ? "-" + option.getOpt() : "--" + option.getLongOpt())
          + " lacks its value");
    } catch (UnrecognizedOptionException e) {
      throw WorkplaceOptions.usage(name, UnknownOption.of(name, e.getOption(), options));
    } catch (ParseException e) {
      throw WorkplaceOptions.usage(name, e.getMessage());
    }
  }

  /** What a command does with its options read; returns the exit status. */
  interface Work {
    int on(LifeLine line);
  }

  /** Reads a command line and does the work, or tells what is wrong with it. */
  static int run(String name, String help, Options options, String[] arguments, BundleContext context, Work work) {
    try {
      LifeLine line = parse(name, options, arguments);
      if (line.help()) {
        System.out.print(help);
        return 0;
      }
      return work.on(line);
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  /**
   * The container of a name or an id.
   *
   * @throws CarrelException of kind USAGE if there is none, with the nearest name
   */
  static ContainerHandle find(Containers containers, String word) {
    Optional<ContainerHandle> found = containers.find(word);
    return found.orElseThrow(() -> {
      List<String> names = new ArrayList<>();
      containers.all().forEach(container -> names.add(container.info().name().orElse(container.id())));
      String nearest = NearestName.of(word, names);
      return CarrelException.usage("no container is called '" + word + "'"
          + (nearest.isEmpty() ? ". carrel list --all shows yours" : "; did you mean " + nearest + "?"));
    });
  }

  boolean help() {
    return line.hasOption("help");
  }

  boolean has(String option) {
    return line.hasOption(option);
  }

  List<String> operands() {
    return line.getArgList();
  }

  void noOperands() {
    if (!operands().isEmpty()) {
      throw usage("unknown word " + operands().get(0));
    }
  }

  String value(String option, String otherwise) {
    String value = line.getOptionValue(option);
    return value == null ? otherwise : value;
  }

  /** @throws CarrelException of kind USAGE if it is no whole number from 0 on */
  long number(String option, String otherwise) {
    String value = value(option, otherwise);
    try {
      long number = Long.parseLong(value);
      if (number >= 0 && number <= Integer.MAX_VALUE) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw usage("--" + option + "=" + value + " is no whole number from 0 to " + Integer.MAX_VALUE);
  }

  CarrelException usage(String problem) {
    return WorkplaceOptions.usage(name, problem);
  }
}
