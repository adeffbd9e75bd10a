package dev.carrel.api.mount;

import java.util.List;
import java.util.Objects;

/**
 * How a root file system is put together, in order: each target's parents come before it.
 *
 * @param writableRoot whether the root directory itself can be written inside
 * @param protection what is covered or made read-only once all is mounted
 */
public record MountPlan(List<Mount> mounts, boolean writableRoot, PathProtection protection) {
  public MountPlan {
    mounts = List.copyOf(mounts);
    Objects.requireNonNull(protection);
  }

  /** With nothing covered. */
  public MountPlan(List<Mount> mounts, boolean writableRoot) {
    this(mounts, writableRoot, PathProtection.none());
  }
}
