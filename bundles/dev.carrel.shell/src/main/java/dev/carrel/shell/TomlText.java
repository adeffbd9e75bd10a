package dev.carrel.shell;

/** Writes TOML. */
final class TomlText {
  private TomlText() {}

  /** A text in quotes, on one line. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> quoted.append(c < ' ' || c == 0x7f ? String.format("\\u%04x", (int) c) : Character.toString(c));
      }
    }
    return quoted.append('"').toString();
  }

  /** A key, in quotes if it needs them. */
  static String key(String name) {
    return name.matches("[A-Za-z0-9_-]+") ? name : quoted(name);
  }
}
