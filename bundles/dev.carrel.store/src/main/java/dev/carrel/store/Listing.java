package dev.carrel.store;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a tree consists of: for each path below it a line of its kind and of its content's hash or its target. With it a change can
 * be told from what was there, equal files can be found without reading them, and a tree that consists of known files has a
 * hash that costs nothing.
 *
 * @param entries by path, relative to the tree
 */
record Listing(TreeMap<String, Entry> entries) {
  /** How the hash of a list of files begins in the database. */
  static final String ALGORITHM = "files:";

  /** What a path leads to. */
  enum Kind {
    FILE('f', 0444),
    PROGRAM('x', 0555),
    DIRECTORY('d', 0555),
    LINK('l', 0777);

    private final char letter;
    private final int mode;

    Kind(char letter, int mode) {
      this.letter = letter;
      this.mode = mode;
    }

    /** The mode it has in an item. */
    int mode() {
      return mode;
    }

    private static Kind of(char letter) {
      for (Kind kind : values()) {
        if (kind.letter == letter) {
          return kind;
        }
      }
      throw new IllegalArgumentException("'" + letter + "' is no kind of file");
    }
  }

  /**
   * One path.
   *
   * @param content the SHA-256 of a file in hexadecimal, the target of a link, or nothing
   */
  record Entry(Kind kind, String content) {
    boolean isFile() {
      return kind == Kind.FILE || kind == Kind.PROGRAM;
    }

    /** What two files have in common that can be one. */
    String key() {
      return kind == Kind.PROGRAM ? content + "-x" : content;
    }
  }

  Listing() {
    this(new TreeMap<>());
  }

  void add(String path, Kind kind, String content) {
    entries.put(path, new Entry(kind, content));
  }

  /** A line for each path. */
  String text() {
    StringBuilder text = new StringBuilder(entries.size() * 100);
    for (Map.Entry<String, Entry> entry : entries.entrySet()) {
      text.append(entry.getValue().kind().letter).append(' ').append(escaped(entry.getValue().content())).append('\t').append(escaped(entry.getKey()))
          .append('\n');
    }
    return text.toString();
  }

  private static String escaped(String text) {
    boolean plain = text.indexOf('\\') < 0 && text.indexOf('\n') < 0 && text.indexOf('\t') < 0 && text.indexOf('\r') < 0;
    return plain ? text : text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r");
  }

  private static String plain(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && ++i < text.length()) {
        c = switch (text.charAt(i)) {
          case 'n' -> '\n';
          case 't' -> '\t';
          case 'r' -> '\r';
          default -> text.charAt(i);
        };
      }
      plain.append(c);
    }
    return plain.toString();
  }

  /** @throws IllegalArgumentException if it is no line of a listing */
  void read(String line) {
    int tab = line.indexOf('\t');
    if (tab < 2) {
      throw new IllegalArgumentException("'" + line + "' tells of no file");
    }
    add(plain(line.substring(tab + 1)), Kind.of(line.charAt(0)), plain(line.substring(2, tab)));
  }

  /** The hash of a tree that consists of files with known hashes. */
  String hash() {
    return ALGORITHM + Digest.of(text());
  }
}
