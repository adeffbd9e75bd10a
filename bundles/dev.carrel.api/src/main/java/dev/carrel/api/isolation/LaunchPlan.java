package dev.carrel.api.isolation;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.mount.MountPlan;
import java.util.Objects;

/**
 * What a backend gets: the specification, and its root file system already planned.
 *
 * @param id the container's id
 */
public record LaunchPlan(String id, ContainerSpec spec, MountPlan mounts) {
  public LaunchPlan {
    Objects.requireNonNull(id);
    Objects.requireNonNull(spec);
    Objects.requireNonNull(mounts);
  }
}
