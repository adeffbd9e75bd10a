package dev.carrel.api.store;

import java.util.Optional;

/**
 * A package that somebody wants.
 *
 * @param name its name in its source; for a place to work also one with the name of its source and a colon before it, such as
 *     {@code nix:hello}, or the absolute path of an item of a {@link HostStore}
 * @param version exactly this version; empty: the newest
 */
public record PackageRequest(String name, Optional<String> version) {
  public PackageRequest {
    if (name.isEmpty() || name.startsWith("-")) {
      throw new IllegalArgumentException("'" + name + "' is no name of a package");
    }
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
    return name + version.map(v -> "=" + v).orElse("");
  }
}
