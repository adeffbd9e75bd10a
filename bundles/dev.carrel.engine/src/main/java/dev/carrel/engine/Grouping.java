package dev.carrel.engine;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.api.resource.ResourceGroup;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Has groups made for containers with limits; before the first one, those are removed that others have left behind. */
record Grouping(Controllers controllers, Registry registry, AtomicBoolean cleaned) {
  Grouping(Controllers controllers, Registry registry) {
    this(controllers, registry, new AtomicBoolean());
  }

  /**
   * Names the group of a container, which is written into its record.
   *
   * @return what will be there
   * @throws dev.carrel.api.CarrelException if its limits cannot be had here
   */
  Optional<ResourceGroup> reserve(ContainerSpec spec, Recording recording) {
    ResourceController controller = controllers.choose();
    String name = controller.reserve(registry.owner(), spec.limits().orElseThrow());
    if (cleaned.compareAndSet(false, true)) {
      registry.ungroup(controller);
    }
    recording.group(new Recording.Group(controller.name(), name));
    return Optional.of(controller.find(name));
  }

  /** Makes what was reserved. */
  Optional<ResourceGroup> make(ResourceGroup reserved, ContainerSpec spec, MountPlan mounts) {
    return Optional.of(controllers.choose().make(reserved.name(), spec.limits().orElseThrow(),
        DeviceList.of(mounts, spec.namespaces().contains(Namespace.MOUNT)),
        spec.life().restart().attempts() == 0)); // the first process has to be there to start a program again
  }

  /** How a container would come into its group; nothing is made. */
  GroupEntry plan(ContainerSpec spec) {
    return controllers.choose().plan(registry.owner(), spec.limits().orElseThrow()).birth();
  }
}
