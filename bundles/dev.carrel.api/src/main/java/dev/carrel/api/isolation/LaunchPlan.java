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
 * @param group the control groups in which all its processes are from the first on
 */
public record LaunchPlan(String id, ContainerSpec spec, MountPlan mounts, boolean held, Optional<Path> record, Optional<GroupEntry> group) {
  public LaunchPlan {
    Objects.requireNonNull(id);
    Objects.requireNonNull(spec);
    Objects.requireNonNull(mounts);
    Objects.requireNonNull(group);
    if (record.isPresent() != spec.life().detached()) {
      throw new IllegalArgumentException("a container has a directory for its exit and output exactly if it is detached");
    }
  }

  /** Of a container that stays in this process's control groups. */
  public LaunchPlan(String id, ContainerSpec spec, MountPlan mounts, boolean held, Optional<Path> record) {
    this(id, spec, mounts, held, record, Optional.empty());
  }

  /** Of one whose program does not wait. */
  public LaunchPlan(String id, ContainerSpec spec, MountPlan mounts, Optional<Path> record) {
    this(id, spec, mounts, false, record);
  }
}
