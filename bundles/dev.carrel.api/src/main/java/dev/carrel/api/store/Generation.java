package dev.carrel.api.store;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * One state of a profile, which stays as it is and can be returned to.
 *
 * @param number from 1 on; no two generations of a profile ever have the same
 * @param item the tree of its packages
 * @param made when
 * @param packages what was asked for; what these need besides is not among them
 */
public record Generation(ProfileName profile, int number, StorePath item, Instant made, List<Chosen> packages) {
  /**
   * A package that was asked for.
   *
   * @param request in the user's words
   * @param source the name of the package source that had it
   * @param version what it came to; empty if the source gave it under another name
   */
  public record Chosen(PackageRequest request, String source, String version) {
    public Chosen {
      if ((request + source + version).chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException("the package " + request + " has a control character in its name");
      }
    }
  }

  public Generation {
    Objects.requireNonNull(profile);
    Objects.requireNonNull(item);
    Objects.requireNonNull(made);
    packages = List.copyOf(packages);
    if (number < 1) {
      throw new IllegalArgumentException("generations are counted from 1 on, not " + number);
    }
  }
}
