package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Life.FirstProcess;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.mount.FileIdentity;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.TreeOptions;
import dev.carrel.api.network.NetworkSpec;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a specification needs of a backend. */
final class Needs {
  /** Capabilities that count where the kernel asks for them in the user namespace that owns another namespace. */
  private static final Set<Capability> OVER_NAMESPACES = EnumSet.of(Capability.NET_ADMIN, Capability.NET_BIND_SERVICE, Capability.NET_BROADCAST,
      Capability.NET_RAW, Capability.IPC_OWNER, Capability.SYS_ADMIN, Capability.SYS_BOOT);

  private final ContainerSpec spec;
  private final IsolationBackend backend;
  private final Set<Feature> features;

  private Needs(ContainerSpec spec, IsolationBackend backend, Set<Feature> features) {
    this.spec = spec;
    this.backend = backend;
    this.features = features;
  }

  /**
   * Makes sure that a backend can do what a specification needs.
   *
   * @param held whether its program is started later than everything else is made
   * @throws CarrelException if it cannot
   */
  static void check(ContainerSpec spec, boolean held, IsolationBackend backend) {
    new Needs(spec, backend, backend.features()).check(held);
  }

  private void check(boolean held) {
    require(spec.process().stdio().terminal().isPresent(), Feature.TERMINAL, "a terminal of its own");
    require(spec.network() == NetworkSpec.HOST, Feature.HOST_NETWORK, "the host's network");
    require(spec.network() instanceof NetworkSpec.Attached, Feature.NETWORK_ATTACHMENT, "an interface to a network");
    require(spec.identity().ranged(), Feature.ID_RANGES, "more ids than one (--ids=1 gives it one)");
    require(held, Feature.HELD_START, "a program that is started later");
    require(spec.limits().isPresent(), Feature.LIMITS, "limits of its own");
    require(spec.life().first() == FirstProcess.PROGRAM, Feature.PROGRAM_FIRST, "a program that is its first process");
    require(spec.life().detached(), Feature.DETACHED, "a life that is longer than that of who starts it");
    namespaces();
    confinement();
    mounts();
  }

  private void namespaces() {
    for (Namespace vital : new Namespace[] {Namespace.USER, Namespace.MOUNT, Namespace.PID}) {
      require(!spec.namespaces().contains(vital), Feature.SHARED_NAMESPACES, "the host's " + vital.label() + " namespace");
    }
    require(!spec.joins().isEmpty(), Feature.JOINED_NAMESPACES, "a namespace of another container's");
    require(spec.namespaces().contains(Namespace.TIME), Feature.OWN_CLOCKS, "clocks of its own");
    require(!spec.sysctls().isEmpty(), Feature.KERNEL_SETTINGS, "settings of the kernel of its own (--sysctl)");
  }

  private void confinement() {
    Set<Capability> over = EnumSet.copyOf(OVER_NAMESPACES);
    over.retainAll(spec.security().capabilities());
    require(!over.isEmpty(), Feature.NAMESPACE_CAPABILITIES, "capabilities over its namespaces, such as "
        + (over.isEmpty() ? "" : over.iterator().next().label()));
    require(!spec.security().capabilities().isEmpty(), Feature.CAPABILITIES, "capabilities");
    require(spec.security().has(Weakness.NEW_PRIVILEGES), Feature.NEW_PRIVILEGES, "setuid files that take effect");
    require(spec.security().has(Weakness.KERNEL_FILES), Feature.OPEN_KERNEL_FILES, "the files of /proc and /sys as they are on the host");
  }

  private void mounts() {
    require(spec.root().hasControlGroups(), Feature.CONTROL_GROUPS, "control groups that it may change");
    require(!spec.root().protection().isEmpty(), Feature.PROTECTED_PATHS, "paths that are covered or made read-only in the end");
    for (Mount mount : spec.root().base()) {
      require(mount instanceof Mount.Overlay, Feature.OVERLAYS, "the overlay at " + mount.target());
      if (mount instanceof Mount.Bind bind) {
        options(bind.options(), bind.identity(), bind.target().toString());
      }
    }
    for (Mapping mapping : spec.root().mappings()) {
      options(mapping.options(), mapping.identity(), mapping.target().toString());
    }
  }

  private void options(TreeOptions options, Optional<FileIdentity> identity, String target) {
    require(!options.equals(TreeOptions.standard()) || identity.isPresent(), Feature.MOUNT_OPTIONS, "a mount at " + target + " with options of its own");
  }

  private void require(boolean needed, Feature feature, String what) {
    if (needed && !features.contains(feature)) {
      throw CarrelException.usage("the backend " + backend.name() + " cannot give a container " + what
          + ". Choose another with --backend; carrel backend list shows what each can do");
    }
  }
}
