package dev.carrel.api.store;

/**
 * Names an item of the store: {@code <digest>-<name>-<version>}, the name of its directory.
 *
 * @param digest 32 characters of lower-case hexadecimal: the first 128 bits of the SHA-256 of what the item is made from
 * @param name letters, digits and {@code +-._}, not beginning with a dot
 * @param version the same; may be empty. Debian's {@code :} and {@code ~} are written {@code _} by {@link #of}.
 */
public record StorePath(String digest, String name, String version) {
  public StorePath {
    if (!digest.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("'" + digest + "' is no digest of a store item");
    }
    if (!name.matches("[A-Za-z0-9+_-][A-Za-z0-9+._-]{0,120}")) {
      throw new IllegalArgumentException("'" + name + "' is no name of a store item");
    }
    if (!version.matches("[A-Za-z0-9+._-]{0,100}")) {
      throw new IllegalArgumentException("'" + version + "' is no version of a store item");
    }
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
