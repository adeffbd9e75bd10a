package dev.carrel.shell;

import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageRequest.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/**
 * The words of a command line that name packages.
 *
 * @param words in their order
 * @param inputs of how many of them, the first ones, what building them needs is meant
 */
record PackageWords(List<String> words, int inputs) {
  static final String DEVELOPMENT = "development";
  static final String AD_HOC = "ad-hoc";

  static PackageWords none() {
    return new PackageWords(List.of(), 0);
  }

  static void addTo(Options options) {
    options.addOption("D", DEVELOPMENT, true, "").addOption(null, AD_HOC, false, "");
  }

  /**
   * Finds them. Of {@code environment} they are inputs up to the first {@code --ad-hoc}, as in Guix.
   *
   * @param line all arguments, which are known to be right in form
   */
  static PackageWords of(String command, CommandLine line, DefaultParser parser, Options options, String[] arguments) throws ParseException {
    List<String> words = line.getArgList();
    if (!command.equals("environment")) {
      return new PackageWords(words, 0);
    }
    int end = Arrays.asList(arguments).indexOf("--" + AD_HOC);
    return new PackageWords(words, end < 0 ? words.size() : parser.parse(options, Arrays.copyOf(arguments, end), false).getArgList().size());
  }

  boolean isEmpty() {
    return words.isEmpty();
  }

  /** What they ask for, with what {@code --development} does. */
  List<PackageRequest> requests(String command, CommandLine line) {
    List<PackageRequest> wanted = new ArrayList<>(words.size());
    for (int i = 0; i < words.size(); i++) {
      wanted.add(request(command, words.get(i)).of(i < inputs ? Part.INPUTS : Part.ITSELF));
    }
    for (Option option : line.getOptions()) {
      if (DEVELOPMENT.equals(option.getLongOpt())) {
        wanted.add(request(command, option.getValue()).of(Part.INPUTS));
      }
    }
    return wanted;
  }

  private static PackageRequest request(String command, String word) {
    if (word.endsWith("=")) {
      throw WorkplaceOptions.usage(command, "the package " + word + " lacks its version: write NAME or NAME=VERSION");
    }
    try {
      return PackageRequest.parse(word);
    } catch (IllegalArgumentException e) {
      throw WorkplaceOptions.usage(command, e.getMessage());
    }
  }
}
