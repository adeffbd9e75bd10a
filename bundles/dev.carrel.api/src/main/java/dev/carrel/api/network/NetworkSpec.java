package dev.carrel.api.network;

import java.util.Objects;
import java.util.Optional;

/** What of the network a container sees. */
public sealed interface NetworkSpec {
  /** A network namespace of its own with nothing but the loopback interface. */
  NetworkSpec NONE = Plain.NONE;
  /** The host's network as it is: no isolation. */
  NetworkSpec HOST = Plain.HOST;
  /** That of another container, whose network namespace is joined. */
  NetworkSpec JOINED = Plain.JOINED;

  /** What needs nobody to make it. */
  enum Plain implements NetworkSpec {
    NONE,
    HOST,
    JOINED
  }

  /**
   * A network namespace of its own, which a {@link NetworkProvider} gives an interface to a network.
   *
   * @param network the name of a network or of a provider; empty: the private network that this user can have
   */
  record Attached(Optional<String> network, NetworkOptions options) implements NetworkSpec {
    public Attached {
      Objects.requireNonNull(options);
      if (network.isPresent() && !NetworkDefinition.isName(network.get())) {
        throw new IllegalArgumentException("'" + network.get() + "' is no name of a network: " + NetworkDefinition.NAMES);
      }
    }

    @Override
    public String toString() {
      return network.orElse("private");
    }
  }
}
