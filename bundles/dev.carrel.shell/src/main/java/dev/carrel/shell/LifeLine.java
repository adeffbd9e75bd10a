package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

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
        throw read.usage("unknown option " + operands.get(0));
      }
      return read;
    } catch (MissingArgumentException e) {
      Option option = e.getOption();
      throw WorkplaceOptions.usage(name, "option " + (option.getLongOpt() == null ? "-" + option.getOpt() : "--" + option.getLongOpt())
          + " lacks its value");
    } catch (ParseException e) {
      throw WorkplaceOptions.usage(name, e.getMessage().replace("Unrecognized option: ", "unknown option "));
    }
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
