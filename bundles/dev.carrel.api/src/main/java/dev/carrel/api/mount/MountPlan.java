package dev.carrel.api.mount;

import java.util.List;

/**
 * How a root file system is put together, in order: each target's parents come before it.
 *
 * @param writableRoot whether the root directory itself can be written inside
 */
public record MountPlan(List<Mount> mounts, boolean writableRoot) {
  public MountPlan {
    mounts = List.copyOf(mounts);
  }
}
