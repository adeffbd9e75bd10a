package dev.carrel.system.init;

import java.util.List;
import java.util.StringJoiner;

/** Words in a script of sh(1). */
final class ShellText {
  private ShellText() {}

  /** A word that the shell takes as it is. */
  static String quoted(String word) {
    return word.matches("[A-Za-z0-9_/.:,+@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  static String quoted(List<String> words) {
    StringJoiner line = new StringJoiner(" ");
    words.forEach(word -> line.add(quoted(word)));
    return line.toString();
  }
}
