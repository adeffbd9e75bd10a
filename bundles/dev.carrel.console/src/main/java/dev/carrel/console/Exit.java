package dev.carrel.console;

import java.util.List;

/** The words that end a session. */
final class Exit {
  private static final List<String> NAMES = List.of("exit", "quit", "logout");

  private Exit() {}

  /** Whether a line is one of these words, alone or with a status. */
  static boolean isExit(String line) {
    String[] words = line.split("\\s+");
    return NAMES.contains(words[0]) && (words.length == 1 || words.length == 2 && words[1].matches("\\d{1,3}"));
  }

  /** The status it ends with. */
  static int status(String line, int last) {
    String[] words = line.split("\\s+");
    return words.length == 1 ? last : Integer.parseInt(words[1]) & 0xff;
  }
}
