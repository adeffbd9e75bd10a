package dev.carrel.api.network;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * A port of the host by which one of a container is reached.
 *
 * @param address the host's address; empty: all of them
 * @param host the host's port; 0: one that is free
 * @param guest the container's port
 */
public record PublishedPort(Optional<InetAddress> address, int host, int guest, PortProtocol protocol) {
  /** The largest number of a port. */
  public static final int LARGEST = 65535;

  public PublishedPort {
    Objects.requireNonNull(address);
    Objects.requireNonNull(protocol);
    if (host < 0 || host > LARGEST) {
      throw new IllegalArgumentException("the host has no port " + host + ": it is a number from 0 to " + LARGEST);
    }
    if (guest < 1 || guest > LARGEST) {
      throw new IllegalArgumentException("a container has no port " + guest + ": it is a number from 1 to " + LARGEST);
    }
  }

  /** The same with another port of the host. */
  public PublishedPort at(int port) {
    return new PublishedPort(address, port, guest, protocol);
  }

  /** As on a command line. */
  @Override
  public String toString() {
    String where = address.isEmpty() ? "" : address.get().getAddress().length == 4 ? Addresses.text(address.get()) + ":"
        : "[" + Addresses.text(address.get()) + "]:";
    return where + host + ":" + guest + "/" + protocol.label();
  }
}
