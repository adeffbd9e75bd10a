package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.Guest;
import dev.carrel.api.network.MacAddress;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.api.network.Subnet;
import dev.carrel.linux.netlink.NetlinkFailure;
import dev.carrel.linux.netlink.NetworkNamespace;
import dev.carrel.linux.netlink.RouteSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Attaches one container: lease, bridge and rules of its network, ports, firewall, interface, name; in this order, so that what was made is always written
 * down, and nothing is made for a network that has been removed: who has a lease keeps it from that.
 */
final class Attaching {
  static final String DEVICE = "eth0";
  /** The first two bytes of a hardware address that is made of an address of IPv4: whoever gets that has the same again. */
  private static final long LOCAL = 0x02CAL << 32;
  private static final int USUAL_MTU = 1500;
  private static final int TRIES = 20;

  private final Rooms rooms;
  private final Network network;
  private final Guest guest;
  private final NetworkOptions options;
  private final List<PublishedPort> published = new ArrayList<>();

  /**
   * What of a network is on the host.
   *
   * @param bridge the number of its bridge
   * @param notes what was done for it
   */
  record Ground(int bridge, List<String> notes) {}

  /** Has it there. */
  interface Preparation {
    Ground run() throws NetlinkFailure;
  }

  /** What a network is made of. */
  record Rooms(NetworkDirectory directory, Leases leases, Rules rules, Tidying tidying) {}

  Attaching(Rooms rooms, Network network, Guest guest, NetworkOptions options) {
    this.rooms = rooms;
    this.network = network;
    this.guest = guest;
    this.options = options;
  }

  /** The host's interface to a container. */
  static String device(String container) {
    return "cv" + container;
  }

  /**
   * Does it.
   *
   * @throws NetlinkFailure if its network cannot be prepared
   */
  Attachment run(RouteSocket host, Preparation preparation) throws NetlinkFailure {
    try {
      rooms.leases().begin(Lease.of(network.name(), guest, options.firewall().isPresent()));
      try {
        return attach(host, preparation);
      } catch (IOException | NetlinkFailure | RuntimeException failure) {
        rooms.tidying().detach(guest.id());
        throw failure;
      }
    } catch (IOException e) {
      throw rooms.directory().failure(e);
    }
  }

  private Attachment attach(RouteSocket host, Preparation preparation) throws IOException, NetlinkFailure {
    List<InetAddress> addresses = take();
    Ground ground = preparation.run();
    MacAddress mac = options.mac().orElseGet(() -> mac(addresses.get(0)));
    for (PublishedPort port : options.published()) {
      publish(port, addresses);
    }
    List<InetAddress> gateways = network.internal() ? List.of() : gateways();
    try (NetworkNamespace namespace = NetworkNamespace.of(guest.pid())) {
      if (options.firewall().isPresent()) {
        host.filterBridge(ground.bridge(), true);
        rooms.rules().guard(guest.id(), device(guest.id()), addresses, options.firewall().get());
      }
      host.addPair(device(guest.id()), ground.bridge(), namespace, DEVICE, mac, options.mtu());
      try (RouteSocket inside = namespace.open()) {
        int device = inside.index(DEVICE).orElseThrow(() -> CarrelException.failed("the container has ended"));
        inside.configure(device, addresses, prefixes(addresses), gateways, options.egress(), options.mtu().orElse(USUAL_MTU));
      }
    } catch (NetlinkFailure failure) {
      throw CarrelException.failed("cannot attach container " + guest.id() + " to the network " + network.name() + ": cannot "
          + failure.getMessage(), failure);
    }
    enterName(addresses);
    return new Attachment("veth", network.name(), DEVICE, Optional.of(mac), addresses, gateways, options.dns(), published, ground.notes());
  }

  private static MacAddress mac(InetAddress ipv4) {
    return new MacAddress(LOCAL | Integer.toUnsignedLong(ByteBuffer.wrap(ipv4.getAddress()).getInt()));
  }

  /** Whoever has an address may be gone. */
  private List<InetAddress> take() throws IOException {
    List<InetAddress> addresses = rooms.leases().take(network, guest.id(), options.addresses());
    if (addresses.isEmpty()) {
      rooms.tidying().now();
      addresses = rooms.leases().take(network, guest.id(), options.addresses());
    }
    if (addresses.isEmpty()) {
      throw rooms.leases().refusal(network, options.addresses());
    }
    return addresses;
  }

  private List<Integer> prefixes(List<InetAddress> addresses) {
    List<Integer> prefixes = new ArrayList<>();
    for (InetAddress address : addresses) {
      prefixes.add(address instanceof Inet6Address ? network.ipv6().orElseThrow().prefix() : network.ipv4().prefix());
    }
    return prefixes;
  }

  private List<InetAddress> gateways() {
    List<InetAddress> gateways = new ArrayList<>(List.of(network.ipv4().at(Network.GATEWAY)));
    network.ipv6().map((Subnet subnet) -> subnet.at(Network.GATEWAY)).ifPresent(gateways::add);
    return gateways;
  }

  /** A port can be taken by a program of the host, by another container, or by one that is gone. */
  private void publish(PublishedPort port, List<InetAddress> addresses) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      PublishedPort free = Ports.free(port);
      rooms.leases().note(guest.id(), free); // if it turns out to be another's, its entries are told by their addresses
      if (rooms.rules().publish(free, addresses)) {
        published.add(free);
        return;
      }
      if (port.host() != 0 && rooms.tidying().now().isEmpty()) {
        throw CarrelException.usage("cannot publish the host's port " + port.host() + "/" + port.protocol().label() + ": it leads to "
            + holder(port) + ". Choose another, or 0 for any that is free");
      }
    }
    throw CarrelException.failed("cannot publish the port " + port + ": others take whatever is free");
  }

  private String holder(PublishedPort port) {
    for (Lease lease : rooms.leases().all()) {
      for (PublishedPort other : lease.ports()) {
        if (other.host() == port.host() && other.protocol() == port.protocol()) {
          return "container " + lease.id();
        }
      }
    }
    return "another container";
  }

  private void enterName(List<InetAddress> addresses) {
    List<String> names = new ArrayList<>();
    guest.name().ifPresent(names::add);
    guest.hostname().filter(name -> !names.contains(name)).ifPresent(names::add);
    if (names.isEmpty()) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    addresses.forEach(address -> lines.append(Addresses.text(address)).append(' ').append(String.join(" ", names)).append('\n'));
    HostsFile hosts = new HostsFile(rooms.directory().hosts(network.name()));
    rooms.directory().locked(() -> {
      hosts.add(guest.id(), lines.toString());
      return OptionalInt.empty();
    });
  }
}
