package dev.carrel.api.container;

import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.resource.Limits;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that is to be known of a container before it starts.
 *
 * @param process its program
 * @param namespaces those of its own; the others are shared with the host, but for what it joins
 * @param joins namespaces that it shares with other processes, each of another kind
 * @param clockOffset how far its monotonic clocks are ahead of the host's, in a time namespace of its own; see time_namespaces(7)
 * @param identity who the program is
 * @param hostname its name in an UTS namespace of its own; empty: as the host's
 * @param sysctls settings of the kernel in namespaces of its own, as {@code net.core.somaxconn}; see sysctl(8)
 * @param root its root file system
 * @param network what it sees of the network; anything but the host's needs a network namespace of its own
 * @param security how closely its programs are confined
 * @param life how long it lives, and who can know of it
 * @param limits what it may consume; empty: as much as who starts it
 * @param backend the name of the backend that has to run it; empty: the best there is
 */
public record ContainerSpec(
    ProcessSpec process,
    Set<Namespace> namespaces,
    List<Join> joins,
    Optional<Duration> clockOffset,
    Identity identity,
    Optional<String> hostname,
    Map<String, String> sysctls,
    RootSpec root,
    NetworkSpec network,
    Security security,
    Life life,
    Optional<Limits> limits,
    Optional<String> backend) {

  public ContainerSpec {
    Objects.requireNonNull(process);
    namespaces = Set.copyOf(namespaces);
    Objects.requireNonNull(identity);
    Objects.requireNonNull(root);
    Objects.requireNonNull(network);
    Objects.requireNonNull(security);
    Objects.requireNonNull(life);
    if (limits.isPresent() && limits.get().isEmpty()) {
      limits = Optional.empty();
    }
    Objects.requireNonNull(backend);
    joins = List.copyOf(joins);
    sysctls = Map.copyOf(sysctls);
    if (!sysctls.isEmpty()) {
      KernelSettings.check(sysctls, namespaces);
    }
    Set<Namespace> joined = EnumSet.noneOf(Namespace.class);
    for (Join join : joins) {
      if (namespaces.contains(join.kind()) || !joined.add(join.kind())) {
        throw new IllegalArgumentException("a container has one " + join.kind().label() + " namespace: its own, or one that it joins");
      }
    }
    NetworkSpec fitting = namespaces.contains(Namespace.NETWORK) ? NetworkSpec.NONE
        : joined.contains(Namespace.NETWORK) ? NetworkSpec.JOINED : NetworkSpec.HOST;
    if (network != fitting && !(network instanceof NetworkSpec.Attached && fitting == NetworkSpec.NONE)) {
      throw new IllegalArgumentException("the network is to be " + network + ", and by its namespaces it is " + fitting);
    }
    if (clockOffset.isPresent() && !namespaces.contains(Namespace.TIME)) {
      throw new IllegalArgumentException("clocks of its own need a time namespace of its own");
    }
    if (root.hasControlGroups() && !namespaces.contains(Namespace.CGROUP)) {
      throw new IllegalArgumentException("control groups inside need a cgroup namespace of its own");
    }
    if (hostname.isPresent() && !namespaces.contains(Namespace.UTS)) {
      throw new IllegalArgumentException("a host name of its own needs an uts namespace of its own");
    }
    if (life.detached() && !process.stdio().equals(Stdio.discard())
        && !(process.stdio().terminal().isPresent() && process.stdio().equals(Stdio.terminal(process.stdio().terminal().get())))) {
      throw new IllegalArgumentException("a detached container has no streams of this process's: Stdio.discard() or Stdio.terminal(SIZE)");
    }
    if (life.first() == Life.FirstProcess.PROGRAM && (!namespaces.contains(Namespace.PID) || namespaces.contains(Namespace.TIME))) {
      throw new IllegalArgumentException("a program that is PID 1 needs a pid namespace of its own, and has the clocks of its starter");
    }
    if (life.first() == Life.FirstProcess.PROGRAM && life.detached() && process.stdio().terminal().isPresent()) {
      throw new IllegalArgumentException("a detached program that is PID 1 has no terminal: who keeps its output is outside");
    }
    for (long group : process.traits().groups()) {
      if (!identity.ranged() || !identity.hasGroup(group)) {
        throw new IllegalArgumentException("the group " + group + " cannot be given to the program: "
            + (identity.ranged() ? "it does not exist inside" : "a container with one id has one group"));
      }
    }
    hostname.ifPresent(name -> {
      if (!name.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")) {
        throw new IllegalArgumentException("'" + name + "' is no host name: 1 to 64 letters, digits, '-' and '.', see hostname(7)");
      }
    });
  }

  /** Without limits. */
  public ContainerSpec(
      ProcessSpec process,
      Set<Namespace> namespaces,
      List<Join> joins,
      Optional<Duration> clockOffset,
      Identity identity,
      Optional<String> hostname,
      Map<String, String> sysctls,
      RootSpec root,
      NetworkSpec network,
      Security security,
      Life life,
      Optional<String> backend) {
    this(process, namespaces, joins, clockOffset, identity, hostname, sysctls, root, network, security, life, Optional.empty(), backend);
  }

  /** With the standard confinement, known to this JVM alone. */
  public ContainerSpec(
      ProcessSpec process,
      Set<Namespace> namespaces,
      Identity identity,
      Optional<String> hostname,
      RootSpec root,
      NetworkSpec network,
      Optional<String> backend) {
    this(process, namespaces, List.of(), Optional.empty(), identity, hostname, Map.of(), root, network, Security.standard(), Life.unrecorded(), backend);
  }

  /** Whether all its processes are in control groups of its own: it has limits, or divides its group itself. */
  public boolean isGrouped() {
    return limits.isPresent() || root.hasControlGroups();
  }

  /** The same with another program. */
  public ContainerSpec withProcess(ProcessSpec other) {
    return new ContainerSpec(other, namespaces, joins, clockOffset, identity, hostname, sysctls, root, network, security, life, limits, backend);
  }

  /** The same, confined otherwise. */
  public ContainerSpec withSecurity(Security other) {
    return new ContainerSpec(process, namespaces, joins, clockOffset, identity, hostname, sysctls, root, network, other, life, limits, backend);
  }

  /** The same, with another root file system. */
  public ContainerSpec withRoot(RootSpec other) {
    return new ContainerSpec(process, namespaces, joins, clockOffset, identity, hostname, sysctls, other, network, security, life, limits, backend);
  }

  /** The same, with another life. */
  public ContainerSpec withLife(Life other) {
    return new ContainerSpec(process, namespaces, joins, clockOffset, identity, hostname, sysctls, root, network, security, other, limits, backend);
  }

  /** The same, with these limits and no others. */
  public ContainerSpec withLimits(Limits other) {
    return new ContainerSpec(process, namespaces, joins, clockOffset, identity, hostname, sysctls, root, network, security, life, Optional.of(other),
        backend);
  }
}
