package dev.carrel.api.store;

import java.util.Objects;
import java.util.Optional;

/**
 * A package that somebody wants.
 *
 * @param name its name in its source; for a place to work also one with the name of its source and a colon before it, such as
 *     {@code nix:hello}, or the absolute path of an item of a {@link HostStore}
 * @param version exactly this version; empty: the newest
 * @param part whether the package is wanted, or what building it needs
 */
public record PackageRequest(String name, Optional<String> version, Part part) {
  /** What of a package is wanted. */
  public enum Part {
    /** The package, with what it depends on. */
    ITSELF,
    /** What building it from source needs, and not the package. */
    INPUTS
  }

  public PackageRequest {
    Objects.requireNonNull(version);
    Objects.requireNonNull(part);
    if (name.isEmpty() || name.startsWith("-")) {
      throw new IllegalArgumentException("'" + name + "' is no name of a package");
    }
  }

  /** Of the package itself. */
  public PackageRequest(String name, Optional<String> version) {
    this(name, version, Part.ITSELF);
  }

  /** The same of another part. */
  public PackageRequest of(Part other) {
    return new PackageRequest(name, version, other);
  }

  /** The same by another name. */
  public PackageRequest called(String other) {
    return new PackageRequest(other, version, part);
  }

  /** Reads {@code name} or {@code name=version}; a path has no version, and may have an equals sign in it. */
  public static PackageRequest parse(String text) {
    int equals = text.indexOf('/') < 0 ? text.indexOf('=') : -1;
    return equals < 0
        ? new PackageRequest(text, Optional.empty())
        : new PackageRequest(text.substring(0, equals), Optional.of(text.substring(equals + 1)));
  }

  @Override
  public String toString() {
    return (part == Part.INPUTS ? "inputs of " : "") + name + version.map(v -> "=" + v).orElse("");
  }
}
