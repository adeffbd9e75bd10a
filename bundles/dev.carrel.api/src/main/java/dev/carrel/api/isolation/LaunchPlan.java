package dev.carrel.api.isolation;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.mount.MountPlan;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What a backend gets: the specification, and its root file system already planned.
 *
 * @param id the container's id
 * @param held whether its program waits for {@link IsolationBackend#proceed}
 * @param record the directory of a detached container; see {@link ContainerRecord}
 */
public record LaunchPlan(String id, ContainerSpec spec, MountPlan mounts, boolean held, Optional<Path> record) {
  public LaunchPlan {
    Objects.requireNonNull(id);
    Objects.requireNonNull(spec);
    Objects.requireNonNull(mounts);
    if (record.isPresent() != spec.life().detached()) {
      throw new IllegalArgumentException("a container has a directory for its exit and output exactly if it is detached");
    }
  }

  /** Of a container whose program does not wait. */
  public LaunchPlan(String id, ContainerSpec spec, MountPlan mounts, Optional<Path> record) {
    this(id, spec, mounts, false, record);
  }
}
