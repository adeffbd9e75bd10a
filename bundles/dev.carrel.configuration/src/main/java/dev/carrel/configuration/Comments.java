package dev.carrel.configuration;

/** What the OSGi Configurator lets people write between the words of JSON: from two slashes to the end of the line, and from slash and star to star and slash. */
final class Comments {
  private Comments() {}

  /** The same text with spaces in their place, so that all else is where it was. */
  static String blanked(String text) {
    StringBuilder blanked = new StringBuilder(text);
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++; // what follows ends no string
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (text.startsWith("//", i) || text.startsWith("/*", i))) {
        int end = end(text, i);
        for (int at = i; at < end; at++) {
          blanked.setCharAt(at, text.charAt(at) == '\n' ? '\n' : ' ');
        }
        i = end - 1;
      }
    }
    return blanked.toString();
  }

  /** Behind it. One that is never closed is none, and no JSON either. */
  private static int end(String text, int start) {
    if (text.charAt(start + 1) == '/') {
      int line = text.indexOf('\n', start);
      return line < 0 ? text.length() : line;
    }
    int close = text.indexOf("*/", start + 2);
    return close < 0 ? start + 1 : close + 2;
  }
}
