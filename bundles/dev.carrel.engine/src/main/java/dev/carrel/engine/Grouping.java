package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.api.resource.ResourceGroup;
import java.util.List;
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
    ResourceController controller = controllers.choose(spec.root().hasControlGroups() ? "give a container control groups that it may change"
        : "limit what a container consumes");
    String name = controller.reserve(registry.owner(), limits(spec));
    if (cleaned.compareAndSet(false, true)) {
      registry.ungroup(controller);
    }
    recording.group(new Recording.Group(controller.name(), name));
    return Optional.of(controller.find(name));
  }

  /** Makes what was reserved. */
  Optional<ResourceGroup> make(ResourceGroup reserved, ContainerSpec spec, MountPlan mounts) {
    ResourceGroup group = controllers.choose().make(reserved.name(), limits(spec),
        DeviceList.of(mounts, spec.namespaces().contains(Namespace.MOUNT)),
        spec.life().restart().attempts() == 0); // the first process has to be there to start a program again
    if (spec.root().hasControlGroups()) {
      delegate(group, spec.identity());
    }
    return Optional.of(group);
  }

  /** To root inside, or to the only one there is. */
  private static void delegate(ResourceGroup group, Identity identity) {
    try {
      group.delegate(outside(identity.users(), identity.user()), outside(identity.groups(), identity.group()));
    } catch (CarrelException e) {
      group.remove();
      throw e;
    }
  }

  private static long outside(List<IdMapping> mappings, IdMapping otherwise) {
    for (IdMapping mapping : mappings) {
      if (mapping.inside() == 0) {
        return mapping.outside();
      }
    }
    return otherwise.outside();
  }

  private static Limits limits(ContainerSpec spec) {
    return spec.limits().orElse(Limits.none());
  }

  /** How a container would come into its group; nothing is made. */
  GroupEntry plan(ContainerSpec spec) {
    return controllers.choose().plan(registry.owner(), limits(spec)).birth();
  }
}
