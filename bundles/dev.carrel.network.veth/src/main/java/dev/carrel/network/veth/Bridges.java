package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.MacAddress;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.Subnet;
import dev.carrel.linux.netlink.NetlinkFailure;
import dev.carrel.linux.netlink.RouteSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes networks: their definitions and bridges. */
final class Bridges {
  private static final String PREFIX = "carrel";
  private static final String POOL_NOTE = "pool6";
  /** Given by who makes it, and of one interface. */
  private static final long LOCAL = 0x0200_0000_0000L;
  private static final long CHANCE = 0xFF_FFFF_FFFFL;

  private final NetworkDirectory directory;
  private final Map<String, String> environment;

  Bridges(NetworkDirectory directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment = environment;
  }

  /**
   * Decides on a network and writes it down. The caller has the lock.
   *
   * @throws CarrelException if its addresses are in use
   */
  Network define(NetworkDefinition definition) throws IOException {
    Network network = choose(definition, ownPool());
    directory.write(network, HostsFile.head(hostName()));
    return network;
  }

  /**
   * A network as it could be; nothing is made or written down.
   *
   * @throws CarrelException if its addresses are in use
   */
  Network propose(NetworkDefinition definition) {
    return choose(definition, knownPool().orElseGet(Pools::ownIpv6));
  }

  private Network choose(NetworkDefinition definition, Subnet pool6) {
    try (RouteSocket host = RouteSocket.open()) {
      List<Subnet> taken = new ArrayList<>();
      for (Subnet route : host.routes()) {
        if (!route.address().isLinkLocalAddress() && !route.address().isMulticastAddress()) {
          taken.add(route);
        }
      }
      List<Network> others = directory.all();
      for (Network other : others) {
        taken.add(other.ipv4());
        other.ipv6().ifPresent(taken::add);
      }
      Optional<Subnet> wanted4 = wanted(definition, false, taken);
      Optional<Subnet> wanted6 = wanted(definition, true, taken);
      Pools pools = Pools.of(environment, pool6);
      Subnet ipv4 = wanted4.isPresent() ? wanted4.get() : pools.freeIpv4(taken);
      Optional<Subnet> ipv6 = wanted6;
      if (definition.subnets().isEmpty() && Forwarding.hasIpv6()) {
        ipv6 = Optional.of(pools.freeIpv6(taken));
      }
      return new Network(definition.name(), freeName(host.devices(), others), ipv4, ipv6, definition.internal());
    } catch (NetlinkFailure failure) {
      throw CarrelException.failed("cannot make the network " + definition.name() + ": cannot " + failure.getMessage(), failure);
    }
  }

  private static Optional<Subnet> wanted(NetworkDefinition definition, boolean ipv6, List<Subnet> taken) {
    for (Subnet subnet : definition.subnets()) {
      if (subnet.isIpv6() == ipv6) {
        for (Subnet other : taken) {
          if (other.overlaps(subnet)) {
            throw CarrelException.usage("cannot make the network " + definition.name() + " with the addresses " + subnet
                + ": the host has a route to " + other + ". Choose others, or leave --subnet out");
          }
        }
        return Optional.of(subnet);
      }
    }
    return Optional.empty();
  }

  private Optional<Subnet> knownPool() {
    return directory.note(POOL_NOTE).map(Subnet::parse);
  }

  private Subnet ownPool() throws IOException {
    Optional<Subnet> known = knownPool();
    if (known.isPresent()) {
      return known.get();
    }
    Subnet pool = Pools.ownIpv6();
    directory.setNote(POOL_NOTE, pool.toString());
    return pool;
  }

  private static String freeName(List<String> devices, List<Network> others) {
    List<String> taken = new ArrayList<>(devices);
    others.forEach(other -> taken.add(other.bridge()));
    int number = 0;
    while (taken.contains(PREFIX + number)) {
      number++;
    }
    return PREFIX + number;
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }

  /**
   * The number of a network's bridge, which is made if it is not there.
   *
   * @throws CarrelException if it cannot be made
   */
  int ensure(Network network, RouteSocket host) throws NetlinkFailure {
    OptionalInt known = host.index(network.bridge());
    if (known.isPresent()) {
      return known.getAsInt();
    }
    return directory.locked(() -> {
      try {
        OptionalInt made = host.index(network.bridge());
        return made.isPresent() ? made.getAsInt() : make(network, host);
      } catch (NetlinkFailure failure) {
        throw CarrelException.failed("cannot make the network " + network.name() + ": cannot " + failure.getMessage(), failure);
      }
    });
  }

  private int make(Network network, RouteSocket host) throws NetlinkFailure {
    MacAddress mac = new MacAddress(LOCAL | new SecureRandom().nextLong() & CHANCE);
    int bridge = host.addBridge(network.bridge(), mac, "Carrel's network " + network.name());
    try {
      Path settings = Path.of("/proc/sys/net");
      // A port that is published is reached from the host's own loopback addresses, too; nobody else gets to those through it.
      Forwarding.write(settings.resolve("ipv4/conf/" + network.bridge() + "/route_localnet"), "1");
      host.addAddress(bridge, network.ipv4().at(Network.GATEWAY), network.ipv4().prefix());
      if (network.ipv6().isPresent()) {
        Forwarding.write(settings.resolve("ipv6/conf/" + network.bridge() + "/accept_ra"), "0");
        host.addAddress(bridge, network.ipv6().get().at(Network.GATEWAY), network.ipv6().get().prefix());
      }
      return bridge;
    } catch (NetlinkFailure | RuntimeException failure) {
      host.remove(network.bridge());
      throw failure;
    }
  }

  void remove(Network network) {
    try (RouteSocket host = RouteSocket.open()) {
      host.remove(network.bridge());
    } catch (NetlinkFailure failure) {
      throw CarrelException.failed("cannot remove the network " + network.name() + ": cannot " + failure.getMessage(), failure);
    }
  }
}
