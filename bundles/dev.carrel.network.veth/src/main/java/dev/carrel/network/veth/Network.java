package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.Subnet;
import java.util.List;
import java.util.Optional;

/**
 * A network: a bridge and its addresses. Of each subnet the host has the second address, which is the way out.
 *
 * @param bridge the host's interface
 */
record Network(String name, String bridge, Subnet ipv4, Optional<Subnet> ipv6, boolean internal) {
  /** The name of the one that is made when it is first used. */
  static final String PRIVATE = "veth";

  /** What is said to who is about to be attached to it. */
  CarrelException removed() {
    return removed(name);
  }

  static CarrelException removed(String name) {
    return CarrelException.failed("the network " + name + " was removed while a container was being attached to it. "
        + (name.equals(PRIVATE) ? "Start that again" : "Make it again: carrel network create " + name));
  }

  NetworkDefinition definition() {
    return new NetworkDefinition(name, ipv6.isPresent() ? List.of(ipv4, ipv6.get()) : List.of(ipv4), internal);
  }

  /** How many addresses of IPv4 there are for containers, at {@code FIRST} and behind. */
  long guests() {
    return (1L << ipv4.hostBits()) - FIRST - 1; // the last one is for all
  }

  /** The index of the host's address. */
  static final int GATEWAY = 1;
  /** The index of the first address of a container. */
  static final int FIRST = 2;
}
