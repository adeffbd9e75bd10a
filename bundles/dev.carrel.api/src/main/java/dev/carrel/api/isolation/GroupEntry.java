package dev.carrel.api.isolation;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a process comes into control groups.
 *
 * @param born the directory of a group in which it is made at once; see CLONE_INTO_CGROUP in clone(2)
 * @param joined files to which it writes 0, before it does anything else, to come into groups that know no such way
 */
public record GroupEntry(Optional<Path> born, List<Path> joined) {
  /** No kernel has more hierarchies of them. */
  private static final int MOST = 14;

  public GroupEntry {
    Objects.requireNonNull(born);
    joined = List.copyOf(joined);
    if (joined.size() + (born.isPresent() ? 1 : 0) > MOST || joined.isEmpty() && born.isEmpty()) {
      throw new IllegalArgumentException("a process comes into 1 to " + MOST + " groups");
    }
  }
}
