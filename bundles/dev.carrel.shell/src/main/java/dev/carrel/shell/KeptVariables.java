package dev.carrel.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.commons.cli.Option;

/** {@code --preserve}: which of the caller's variables are kept. */
final class KeptVariables {
  private KeptVariables() {}

  /** @throws dev.carrel.api.CarrelException of kind USAGE if one is no regular expression */
  static List<Pattern> of(String command, Option[] options) {
    List<Pattern> patterns = new ArrayList<>(0);
    for (Option option : options) {
      if ("preserve".equals(option.getLongOpt())) {
        patterns.add(pattern(command, option.getValue()));
      }
    }
    return patterns;
  }

  private static Pattern pattern(String command, String text) {
    if (text.isEmpty()) {
      throw WorkplaceOptions.usage(command, "--preserve= lacks its regular expression; --preserve=. would keep every variable");
    }
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw WorkplaceOptions.usage(command, "--preserve=" + text + " is no regular expression: " + e.getDescription()
          + (e.getIndex() < 0 ? "" : " at character " + (e.getIndex() + 1)));
    }
  }
}
