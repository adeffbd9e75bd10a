package dev.carrel.shell;

import java.util.Arrays;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** {@code --network} without a value, which no other option can be: the word after it may be the command. */
final class LoneNetwork {
  private static final String WORD = "--network";

  private LoneNetwork() {}

  /**
   * The same words with a value for it.
   *
   * @param operands whether options can come behind words that are none
   */
  static String[] completed(String[] arguments, Options options, boolean operands) {
    String[] words = arguments;
    boolean value = false;
    for (int i = 0; i < arguments.length && !(arguments[i].equals("--") && !value); i++) {
      String word = arguments[i];
      if (value) {
        value = false;
      } else if (word.equals(WORD)) {
        words = words == arguments ? Arrays.copyOf(arguments, arguments.length) : words;
        words[i] = WORD + "=" + NetworkLine.PRIVATE;
      } else if (!word.startsWith("-")) {
        if (!operands) {
          break;
        }
      } else {
        Option option = word.startsWith("--") || word.length() == 2 ? options.getOption(word) : null;
        value = option != null && option.hasArg();
      }
    }
    return words;
  }
}
