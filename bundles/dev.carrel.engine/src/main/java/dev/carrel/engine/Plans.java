package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.MountPlanner;
import dev.carrel.api.mount.MountRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Plans of mounts, by the planner there is. */
final class Plans {
  private final AtomicReference<MountPlanner> planner = new AtomicReference<>();
  /** The last plan: a server starts the same specification again and again. */
  private volatile Planned last;

  /** Planning is a pure function of these. */
  private record Planned(MountPlanner planner, ContainerSpec spec, MountPlan plan) {}

  void set(MountPlanner present) {
    planner.set(present);
  }

  /** When one replaces another, the new one is set before the old one goes. */
  void unset(MountPlanner gone) {
    planner.compareAndSet(gone, null);
    last = null;
  }

  /** @throws CarrelException if there is no planner, or what is to be mounted makes no sense */
  MountPlan plan(ContainerSpec spec) {
    if (!spec.namespaces().contains(Namespace.MOUNT)) {
      return withoutMounts(spec);
    }
    MountPlanner present = planner.get();
    if (present == null) {
      throw CarrelException.unavailable("no mount planner available: start the bundle dev.carrel.mount, which offers one");
    }
    Planned known = last;
    if (known != null && known.spec() == spec && known.planner() == present) { // the same object: to compare would cost as much
      return known.plan();
    }
    boolean terminal = spec.process().stdio().terminal().isPresent();
    MountPlan plan = present.plan(new MountRequest(spec.root(), spec.namespaces(), terminal));
    last = new Planned(present, spec, plan);
    return plan;
  }

  private static MountPlan withoutMounts(ContainerSpec spec) {
    if (!spec.root().base().isEmpty() || !spec.root().mappings().isEmpty() || !spec.root().protection().isEmpty()) {
      throw CarrelException.usage("cannot mount anything in a container without a mount namespace of its own: it sees the host's files");
    }
    return new MountPlan(List.of(), true);
  }
}
