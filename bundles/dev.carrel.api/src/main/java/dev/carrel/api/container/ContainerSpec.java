package dev.carrel.api.container;

import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that is to be known of a container before it starts.
 *
 * @param process its program
 * @param namespaces those of its own; the others are shared with the host
 * @param identity who the program is
 * @param hostname its name in an UTS namespace of its own; empty: as the host's
 * @param root its root file system
 * @param network what it sees of the network; anything but the host's needs a network namespace of its own
 * @param security how closely its programs are confined
 * @param life how long it lives, and who can know of it
 * @param backend the name of the backend that has to run it; empty: the best there is
 */
public record ContainerSpec(
    ProcessSpec process,
    Set<Namespace> namespaces,
    Identity identity,
    Optional<String> hostname,
    RootSpec root,
    NetworkSpec network,
    Security security,
    Life life,
    Optional<String> backend) {

  public ContainerSpec {
    Objects.requireNonNull(process);
    namespaces = Set.copyOf(namespaces);
    Objects.requireNonNull(identity);
    Objects.requireNonNull(root);
    Objects.requireNonNull(network);
    Objects.requireNonNull(security);
    Objects.requireNonNull(life);
    Objects.requireNonNull(backend);
    if ((network == NetworkSpec.HOST) == namespaces.contains(Namespace.NETWORK)) {
      throw new IllegalArgumentException("the host's network and a network namespace of its own exclude each other, and one must be");
    }
    if (life.detached() && !process.stdio().equals(Stdio.discard())) {
      throw new IllegalArgumentException("a detached container has no streams of this process's: Stdio.discard()");
    }
    hostname.ifPresent(name -> {
      if (!name.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")) {
        throw new IllegalArgumentException("'" + name + "' is no host name: 1 to 64 letters, digits, '-' and '.', see hostname(7)");
      }
    });
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
    this(process, namespaces, identity, hostname, root, network, Security.standard(), Life.unrecorded(), backend);
  }

  /** The same, confined otherwise. */
  public ContainerSpec withSecurity(Security other) {
    return new ContainerSpec(process, namespaces, identity, hostname, root, network, other, life, backend);
  }

  /** The same, with another life. */
  public ContainerSpec withLife(Life other) {
    return new ContainerSpec(process, namespaces, identity, hostname, root, network, security, other, backend);
  }
}
