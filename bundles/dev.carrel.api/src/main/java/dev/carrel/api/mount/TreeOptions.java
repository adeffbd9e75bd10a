package dev.carrel.api.mount;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How a tree of the host is mounted. Whatever its own mount forbids stays forbidden.
 *
 * @param flags what else is forbidden in it
 * @param accessTimes when files in it are marked as read; empty: as on the host
 * @param propagation what becomes of later mounts below it
 */
public record TreeOptions(Set<MountFlag> flags, Optional<AccessTimes> accessTimes, Propagation propagation) {
  private static final TreeOptions STANDARD = new TreeOptions(Set.of(), Optional.empty(), Propagation.PRIVATE);

  public TreeOptions {
    flags = Set.copyOf(flags);
    Objects.requireNonNull(accessTimes);
    Objects.requireNonNull(propagation);
  }

  /** Nothing special. */
  public static TreeOptions standard() {
    return STANDARD;
  }
}
