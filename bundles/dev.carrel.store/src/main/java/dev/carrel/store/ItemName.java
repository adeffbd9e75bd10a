package dev.carrel.store;

import dev.carrel.api.store.StorePath;

/** Reads the name of an item's directory. */
final class ItemName {
  private static final int DIGEST = 32;

  private ItemName() {}

  /**
   * Where the name ends and the version begins is not written down there: it is taken to begin at the first dash before a
   * digit, as Nix does (builtins.parseDrvName). Whatever it is, the result names the same directory.
   *
   * @throws IllegalArgumentException if this names no item
   */
  static StorePath parse(String fileName) {
    if (fileName.length() <= DIGEST || fileName.charAt(DIGEST) != '-') {
      throw new IllegalArgumentException("'" + fileName + "' names no store item");
    }
    String rest = fileName.substring(DIGEST + 1);
    for (int dash = rest.indexOf('-', 1); dash > 0 && dash + 1 < rest.length(); dash = rest.indexOf('-', dash + 1)) {
      char next = rest.charAt(dash + 1);
      if (next >= '0' && next <= '9') {
        return new StorePath(fileName.substring(0, DIGEST), rest.substring(0, dash), rest.substring(dash + 1));
      }
    }
    return new StorePath(fileName.substring(0, DIGEST), rest, "");
  }

  /** The same where the version is known. */
  static StorePath parse(String fileName, String version) {
    int end = fileName.length() - (version.isEmpty() ? 0 : version.length() + 1);
    return new StorePath(fileName.substring(0, DIGEST), fileName.substring(DIGEST + 1, end), version);
  }
}
