package dev.carrel.api.container;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a program is given at its start beside arguments, variables and streams.
 *
 * @param argumentZero what it is called, as its {@code argv[0]}; empty: as its command
 * @param umask its file mode creation mask, 0 to 0777; empty: that of the starter
 * @param groups its supplementary groups, as they are called inside; only a container with a range of ids can have any
 * @param scheduling how processors, disks and memory are shared between it and others
 * @param personality what the kernel pretends to be
 */
public record ProcessTraits(
    Optional<String> argumentZero, OptionalInt umask, List<Long> groups, Scheduling scheduling, Set<Personality> personality) {
  private static final ProcessTraits STANDARD = new ProcessTraits(Optional.empty(), OptionalInt.empty(), List.of());
  /** See getgroups(2), NGROUPS_MAX. */
  private static final int MOST_GROUPS = 65536;

  public ProcessTraits {
    Objects.requireNonNull(argumentZero);
    groups = List.copyOf(groups);
    Objects.requireNonNull(scheduling);
    personality = Set.copyOf(personality);
    if (argumentZero.isPresent() && argumentZero.get().indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the name has a NUL character, which no program can be given");
    }
    if (umask.isPresent() && (umask.getAsInt() < 0 || umask.getAsInt() > 0777)) {
      throw new IllegalArgumentException("a umask is 0 to 0777");
    }
    if (groups.size() > MOST_GROUPS) {
      throw new IllegalArgumentException("a process has at most " + MOST_GROUPS + " supplementary groups");
    }
  }

  /** With nothing special about how it runs. */
  public ProcessTraits(Optional<String> argumentZero, OptionalInt umask, List<Long> groups) {
    this(argumentZero, umask, groups, Scheduling.standard(), Set.of());
  }

  /** Nothing special. */
  public static ProcessTraits standard() {
    return STANDARD;
  }
}
