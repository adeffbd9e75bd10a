package dev.carrel.api.store;

import java.util.Optional;

/**
 * A package that somebody wants.
 *
 * @param version exactly this version; empty: the newest
 */
public record PackageRequest(String name, Optional<String> version) {
  public PackageRequest {
    if (name.isEmpty() || name.startsWith("-")) {
      throw new IllegalArgumentException("'" + name + "' is no name of a package");
    }
  }

  /** Reads {@code name} or {@code name=version}. */
  public static PackageRequest parse(String text) {
    int equals = text.indexOf('=');
    return equals < 0
        ? new PackageRequest(text, Optional.empty())
        : new PackageRequest(text.substring(0, equals), Optional.of(text.substring(equals + 1)));
  }

  @Override
  public String toString() {
    return name + version.map(v -> "=" + v).orElse("");
  }
}
