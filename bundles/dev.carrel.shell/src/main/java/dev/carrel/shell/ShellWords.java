package dev.carrel.shell;

import java.util.List;

/** Shows words as a shell would read them. */
final class ShellWords {
  private ShellWords() {}

  /** All of them, each with a space before it. */
  static String joined(List<String> words) {
    StringBuilder text = new StringBuilder();
    for (String word : words) {
      text.append(' ').append(quoted(word));
    }
    return text.toString();
  }

  /** One of them. */
  static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
