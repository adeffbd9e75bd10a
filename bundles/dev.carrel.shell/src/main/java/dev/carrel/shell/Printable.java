package dev.carrel.shell;

/** Words of others on a terminal: what would move the cursor, change colours or turn the writing round is made visible. */
final class Printable {
  private static final String PLAIN = "_@%+=:,./-";

  private Printable() {}

  /** On one line. */
  static String line(String text) {
    StringBuilder shown = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (dangerous(c) && shown == null) {
        shown = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (shown != null) {
        shown.append(dangerous(c) ? escaped(c) : String.valueOf(c));
      }
    }
    return shown == null ? text : shown.toString();
  }

  /** As a shell would have to be given it, so that it can be seen where words begin and end, and be copied. */
  static String word(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (dangerous(word.charAt(i))) {
        return "$'" + line(word.replace("\\", "\\\\").replace("'", "\\'")) + "'";
      }
    }
    return plain(word) ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private static boolean plain(String word) {
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!letter && PLAIN.indexOf(c) < 0) {
        return false;
      }
    }
    return !word.isEmpty();
  }

  /** Control characters, C1's too, and those without a shape, such as the marks that reverse the direction. */
  private static boolean dangerous(char c) {
    return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
        || Character.getType(c) == Character.LINE_SEPARATOR || Character.getType(c) == Character.PARAGRAPH_SEPARATOR;
  }

  private static String escaped(char c) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case 0x1b -> "\\e";
      default -> "\\u" + Integer.toHexString(0x10000 | c).substring(1);
    };
  }
}
