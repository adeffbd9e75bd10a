package dev.carrel.api.store;

import java.util.Objects;

/**
 * What a package source tells of a package.
 *
 * @param summary one line
 * @param description more of it; may be empty
 * @param homepage may be empty
 */
public record PackageInfo(String name, String version, String source, String summary, String description, String homepage) {
  public PackageInfo {
    Objects.requireNonNull(name);
    Objects.requireNonNull(version);
    Objects.requireNonNull(source);
    Objects.requireNonNull(summary);
    Objects.requireNonNull(description);
    Objects.requireNonNull(homepage);
  }
}
