package dev.carrel.api.network;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a container may send to.
 *
 * @param port of TCP and UDP; empty: all, and what has no ports as well
 * @param protocol empty: both
 */
public record AllowedDestination(Subnet subnet, OptionalInt port, Optional<PortProtocol> protocol) {
  public AllowedDestination {
    Objects.requireNonNull(subnet);
    if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > PublishedPort.LARGEST)) {
      throw new IllegalArgumentException(port.getAsInt() + " is no port: it is a number from 1 to " + PublishedPort.LARGEST);
    }
    if (protocol.isPresent() && port.isEmpty()) {
      throw new IllegalArgumentException("a protocol alone is not allowed: name a port, too");
    }
  }

  /** As on a command line. */
  @Override
  public String toString() {
    return (subnet.isIpv6() && port.isPresent() ? "[" + subnet + "]" : subnet.toString()) + (port.isPresent() ? ":" + port.getAsInt() : "")
        + (protocol.isPresent() ? "/" + protocol.get().label() : "");
  }
}
