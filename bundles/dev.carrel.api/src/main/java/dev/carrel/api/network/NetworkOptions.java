package dev.carrel.api.network;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How a container is attached to a network. What a provider cannot do it refuses by name.
 *
 * @param published ports of the host that lead to it
 * @param addresses those it is to have, at most one of each family; the provider chooses the others
 * @param mac the hardware address of its interface
 * @param mtu the largest packet, in bytes
 * @param dns name servers instead of the host's
 * @param egress how much it may send, in bits per second
 * @param firewall what it may talk to; empty: everything that is reached from its network
 * @param hostLoopback whether what listens on the host's loopback alone is reached at the address of its gateway
 */
public record NetworkOptions(
    List<PublishedPort> published,
    List<InetAddress> addresses,
    Optional<MacAddress> mac,
    OptionalInt mtu,
    List<InetAddress> dns,
    OptionalLong egress,
    Optional<Firewall> firewall,
    boolean hostLoopback) {
  private static final NetworkOptions NONE = new NetworkOptions(
      List.of(), List.of(), Optional.empty(), OptionalInt.empty(), List.of(), OptionalLong.empty(), Optional.empty());
  /** Without it there is no IPv6; see RFC 8200, section 5. */
  private static final int SMALLEST_MTU = 1280;
  private static final int LARGEST_MTU = 65535;
  private static final long SMALLEST_RATE = 8_000;
  /** As many as resolv.conf(5) reads. */
  private static final int NAME_SERVERS = 3;

  public NetworkOptions {
    published = List.copyOf(published);
    addresses = List.copyOf(addresses);
    dns = List.copyOf(dns);
    Objects.requireNonNull(mac);
    Objects.requireNonNull(firewall);
    if (addresses.size() > 2
        || addresses.size() == 2 && addresses.get(0) instanceof Inet6Address == addresses.get(1) instanceof Inet6Address) {
      throw new IllegalArgumentException("a container has at most one address of IPv4 and one of IPv6");
    }
    if (mtu.isPresent() && (mtu.getAsInt() < SMALLEST_MTU || mtu.getAsInt() > LARGEST_MTU)) {
      throw new IllegalArgumentException("packets of " + mtu.getAsInt() + " bytes cannot be: it is a number from " + SMALLEST_MTU + " to "
          + LARGEST_MTU);
    }
    if (dns.size() > NAME_SERVERS) {
      throw new IllegalArgumentException(dns.size() + " name servers are too many: programs ask at most " + NAME_SERVERS);
    }
    if (egress.isPresent() && egress.getAsLong() < SMALLEST_RATE) {
      throw new IllegalArgumentException("less than 8 kbit per second is not enough to answer anybody");
    }
    Set<PublishedPort> seen = new HashSet<>();
    for (PublishedPort port : published) {
      if (port.host() != 0 && !seen.add(new PublishedPort(port.address(), port.host(), 1, port.protocol()))) {
        throw new IllegalArgumentException("the host's port " + port.host() + "/" + port.protocol().label() + " is published twice");
      }
    }
  }

  /** Without the host's loopback. */
  public NetworkOptions(List<PublishedPort> published, List<InetAddress> addresses, Optional<MacAddress> mac, OptionalInt mtu,
      List<InetAddress> dns, OptionalLong egress, Optional<Firewall> firewall) {
    this(published, addresses, mac, mtu, dns, egress, firewall, false);
  }

  /** Everything as the provider chooses. */
  public static NetworkOptions none() {
    return NONE;
  }
}
