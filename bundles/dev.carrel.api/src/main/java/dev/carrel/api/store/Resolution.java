package dev.carrel.api.store;

import java.util.List;
import java.util.Objects;

/**
 * Exactly which packages satisfy a request.
 *
 * @param source the name of the package source that found them
 * @param packages all of them, dependencies included, in the order of their names
 */
public record Resolution(String source, List<Resolved> packages) {
  /**
   * One exact package.
   *
   * @param item the store item it is or becomes
   * @param size of its archive, in bytes
   * @param sha256 of its archive, in hexadecimal
   * @param location where the source finds the archive, in the source's own notation
   */
  public record Resolved(String name, String version, String architecture, StorePath item, long size, String sha256, String location) {
    public Resolved {
      Objects.requireNonNull(name);
      Objects.requireNonNull(version);
      Objects.requireNonNull(architecture);
      Objects.requireNonNull(item);
      Objects.requireNonNull(location);
      if (!sha256.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException("package " + name + " has no SHA-256: '" + sha256 + "'");
      }
    }
  }

  public Resolution {
    Objects.requireNonNull(source);
    packages = List.copyOf(packages);
  }

  /** The store items of the packages. */
  public List<StorePath> items() {
    return packages.stream().map(Resolved::item).toList();
  }
}
