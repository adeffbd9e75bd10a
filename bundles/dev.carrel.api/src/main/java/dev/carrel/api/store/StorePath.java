package dev.carrel.api.store;

/**
 * Names an item of the store: {@code <digest>-<name>-<version>}, the name of its directory.
 *
 * @param digest 32 characters of lower-case hexadecimal: the first 128 bits of the SHA-256 of what the item is made from
 * @param name letters, digits and {@code +-._}, not beginning with a dot
 * @param version the same; may be empty. Debian's {@code :} and {@code ~} are written {@code _} by {@link #of}.
 */
public record StorePath(String digest, String name, String version) {
  private static final int DIGEST = 32;
  private static final int LONGEST_NAME = 121;
  private static final int LONGEST_VERSION = 100;

  public StorePath {
    // Without regular expressions: a closure has thousands of these.
    if (!isDigest(digest)) {
      throw new IllegalArgumentException("'" + digest + "' is no digest of a store item");
    }
    if (name.isEmpty() || name.charAt(0) == '.' || !isPlain(name, LONGEST_NAME)) {
      throw new IllegalArgumentException("'" + name + "' is no name of a store item");
    }
    if (!isPlain(version, LONGEST_VERSION)) {
      throw new IllegalArgumentException("'" + version + "' is no version of a store item");
    }
  }

  private static boolean isDigest(String text) {
    boolean sound = text.length() == DIGEST;
    for (int i = 0; sound && i < DIGEST; i++) {
      char c = text.charAt(i);
      sound = c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
    }
    return sound;
  }

  private static boolean isPlain(String text, int longest) {
    boolean sound = text.length() <= longest;
    for (int i = 0; sound && i < text.length(); i++) {
      char c = text.charAt(i);
      sound = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '.' || c == '_' || c == '-';
    }
    return sound;
  }

  /** Names an item; what a version may not have becomes {@code _}. */
  public static StorePath of(String digest, String name, String version) {
    return new StorePath(digest, name, version.replaceAll("[^A-Za-z0-9+._-]", "_"));
  }

  /** The name of the item's directory. */
  public String fileName() {
    return digest + "-" + name + (version.isEmpty() ? "" : "-" + version);
  }

  @Override
  public String toString() {
    return fileName();
  }
}
