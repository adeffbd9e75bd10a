package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Host;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.Guest;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.NetworkInfo;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.linux.netlink.NetlinkFailure;
import dev.carrel.linux.netlink.RouteSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** Networks of bridges and veth pairs. */
@Component(property = {NetworkProvider.NAME + "=veth", "service.ranking:Integer=100"}, configurationPid = "dev.carrel.network.veth")
@Designate(ocd = VethSettings.class)
public final class VethNetworks implements NetworkProvider {
  private static final String NAME = Network.PRIVATE;
  private static final NetworkDefinition PRIVATE = new NetworkDefinition(NAME, List.of(), false);
  private static final long LASTS_NANOS = 1_000_000_000L;

  private final Host host;
  private final NetworkDirectory directory;
  private final Leases leases;
  private final Rules rules;
  private final Bridges bridges;
  private final Tidying tidying;
  private final Forwarding forwarding;
  private List<Mount> files = List.of();
  /** The network whose rules were last looked at. */
  private Network prepared;
  private long preparedAt;

  @Activate
  public VethNetworks(@Reference Host host, Map<String, Object> properties) {
    Map<String, String> environment = Pools.configured(System.getenv(), properties.get("pools"));
    this.host = host;
    this.directory = new NetworkDirectory(environment);
    this.leases = new Leases(directory);
    this.rules = new Rules(directory);
    this.bridges = new Bridges(directory, environment);
    this.tidying = new Tidying(directory, leases, rules);
    this.forwarding = new Forwarding(directory);
  }

  @Deactivate
  void deactivate() {
    rules.close();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> unavailable() {
    return unavailable(host);
  }

  static Optional<String> unavailable(Host host) {
    return host.account().uid() == 0 && host.administers() ? Optional.empty()
        : Optional.of("only root may make interfaces on the host and change its rules of nftables");
  }

  /** Whether the kernel shows nftables what crosses a bridge. */
  static boolean hasFirewalls() {
    return Files.isDirectory(Path.of("/proc/sys/net/bridge"));
  }

  @Override
  public List<Mount> files(NetworkSpec.Attached wanted) {
    return files(network(wanted.network()), wanted);
  }

  @Override
  public List<Mount> plan(NetworkSpec.Attached wanted) {
    return files(known(wanted.network()).orElseGet(() -> bridges.propose(PRIVATE)), wanted);
  }

  private List<Mount> files(Network network, NetworkSpec.Attached wanted) {
    check(network, wanted);
    List<Mount> now = List.of(
        new Mount.Bind(directory.hosts(network.name()), Path.of("/etc/hosts"), Access.EXPOSE, Mapping.Kind.FILE, false),
        new Mount.GeneratedFile(Path.of("/etc/resolv.conf"), NameServers.text(wanted.options().dns()), 0444));
    synchronized (this) {
      if (!files.equals(now)) {
        files = now;
      }
      return files;
    }
  }

  private static void check(Network network, NetworkSpec.Attached wanted) {
    if (wanted.options().hostLoopback()) {
      throw CarrelException.usage("cannot lead a container to the host's loopback (--host-loopback): what it sends by a bridge does not get there."
          + " Have the service listen at the address of the bridge, or use --network=pasta");
    }
    if (network.internal() && !wanted.options().published().isEmpty()) {
      throw CarrelException.usage("cannot publish a port: the network " + network.name() + " is internal, and nothing leads out of it or in");
    }
    for (PublishedPort port : wanted.options().published()) {
      boolean six = port.address().isPresent() && port.address().get() instanceof Inet6Address;
      if (six && port.address().get().isLoopbackAddress()) {
        throw CarrelException.usage("cannot publish the port " + port + ": the kernel takes answers for ::1 from nobody but the host itself, as IPv6 has"
            + " nothing like route_localnet. Use 127.0.0.1");
      }
      if (six && network.ipv6().isEmpty()) {
        throw CarrelException.usage("cannot publish the port " + port + ": the network " + network.name() + " has no IPv6");
      }
    }
    if (wanted.options().firewall().isPresent() && !hasFirewalls()) {
      throw CarrelException.usage("cannot keep a container from talking to others on its network: the kernel shows netfilter nothing of what crosses"
          + " a bridge. Load its module: modprobe br_netfilter");
    }
  }

  /** The one of a name; the private one is made when it is first used. */
  private Network network(Optional<String> name) {
    Optional<Network> known = known(name);
    return known.isPresent() ? known.get() : directory.locked(() -> {
      Optional<Network> made = directory.find(NAME);
      return made.isPresent() ? made.get() : bridges.define(PRIVATE);
    });
  }

  /** Nothing of the private one if it has not been made. */
  private Optional<Network> known(Optional<String> name) {
    String wanted = name.orElse(NAME);
    Optional<Network> known = directory.find(wanted);
    if (known.isEmpty() && !wanted.equals(NAME)) {
      throw gone(wanted);
    }
    return known;
  }

  private static CarrelException gone(String name) {
    return CarrelException.usage("no network is called '" + name + "'. carrel network create " + name + " makes one");
  }

  @Override
  public Attachment attach(Guest guest, NetworkSpec.Attached wanted) {
    tidying.inPassing();
    String name = wanted.network().orElse(NAME);
    Network network = directory.find(name).orElseThrow(() -> Network.removed(name)); // it was there when its files were asked for
    try (RouteSocket socket = RouteSocket.open()) {
      return new Attaching(new Attaching.Rooms(directory, leases, rules, tidying), network, guest, wanted.options()).run(socket, () -> ground(network, socket));
    } catch (NetlinkFailure failure) {
      throw failure(network, failure);
    }
  }

  private Attaching.Ground ground(Network network, RouteSocket socket) throws NetlinkFailure {
    int bridge = bridges.ensure(network, socket);
    return new Attaching.Ground(bridge, isPrepared(network) ? List.of() : prepare(network, socket));
  }

  private static CarrelException failure(Network network, NetlinkFailure failure) {
    return CarrelException.failed("cannot make the network " + network.name() + ": cannot " + failure.getMessage(), failure);
  }

  /** Of many starts, one in a while looks whether somebody has taken the rules away. */
  private synchronized boolean isPrepared(Network network) {
    return network.equals(prepared) && System.nanoTime() - preparedAt < LASTS_NANOS;
  }

  /** Has the rules there, whoever took them away; returns what was done for that on the host. */
  private List<String> prepare(Network network, RouteSocket socket) throws NetlinkFailure {
    List<String> notes = new ArrayList<>();
    rules.ensure(network);
    if (!network.internal()) {
      forwarding.ensure(network.ipv6().isPresent() && reachesIpv6(socket)).ifPresent(notes::add);
    }
    synchronized (this) {
      prepared = network;
      preparedAt = System.nanoTime();
    }
    return notes;
  }

  /** Whether the host has an address of IPv6 that others reach: without one it need not pass anything on. */
  private boolean reachesIpv6(RouteSocket socket) throws NetlinkFailure {
    List<Network> own = directory.all();
    for (RouteSocket.Held held : socket.addresses()) {
      boolean others = own.stream().noneMatch(network -> network.ipv6().isPresent() && network.ipv6().get().contains(held.address()));
      if (held.global() && held.address() instanceof Inet6Address && !held.address().isLoopbackAddress() && others) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void detach(String container) {
    tidying.detach(container);
  }

  @Override
  public List<String> reconcile() {
    List<String> removed = new ArrayList<>();
    if (!Files.isDirectory(directory.base())) {
      return removed;
    }
    tidying.now().forEach(id -> removed.add("the network addresses of container " + id + ", which is gone"));
    directory.locked(() -> {
      for (Path fragment : tidying.fragments()) {
        Files.deleteIfExists(fragment);
        removed.add("the beginning of a lease, " + fragment.getFileName());
      }
      Optional<Network> unused = directory.find(NAME).filter(network -> leases.of(network).isEmpty());
      if (unused.isPresent() && beginRemoval(NAME)) {
        removed.add("the private network, which no container is attached to");
      }
      for (Network network : directory.removing()) {
        endRemoval(network);
      }
      return removed;
    });
    return removed;
  }

  /** The caller has the lock. */
  private void endRemoval(Network network) throws IOException {
    synchronized (this) {
      prepared = null; // which stays inside
    }
    rules.remove(network);
    bridges.remove(network);
    directory.endRemoval(network.name());
    if (directory.all().isEmpty()) {
      rules.removeAll();
      forwarding.restore();
    }
  }

  @Override
  public List<NetworkInfo> networks() {
    List<NetworkInfo> networks = new ArrayList<>();
    List<Lease> all = leases.all();
    for (Network network : directory.all()) {
      networks.add(info(network, all));
    }
    return networks;
  }

  private static NetworkInfo info(Network network, List<Lease> all) {
    Map<String, List<String>> containers = new TreeMap<>();
    for (Lease lease : all) {
      if (lease.network().equals(network.name()) && lease.lives()) {
        List<String> addresses = new ArrayList<>();
        lease.addresses().forEach(address -> addresses.add(Addresses.text(address)));
        containers.put(lease.id(), addresses);
      }
    }
    return new NetworkInfo(network.definition(), NAME, network.bridge(), containers);
  }

  @Override
  public NetworkInfo create(NetworkDefinition definition) {
    Network network = directory.locked(() -> {
      if (directory.find(definition.name()).isPresent()) {
        throw CarrelException.usage("the network " + definition.name() + " is there already: carrel network inspect " + definition.name());
      }
      Network made = bridges.define(definition);
      try (RouteSocket socket = RouteSocket.open()) {
        bridges.ensure(made, socket);
        prepare(made, socket);
        return made;
      } catch (NetlinkFailure | RuntimeException failure) {
        if (directory.beginRemoval(made.name())) {
          endRemoval(made);
        }
        throw failure instanceof NetlinkFailure refused ? failure(made, refused) : (RuntimeException) failure;
      }
    });
    return info(network, List.of());
  }

  @Override
  public void remove(String name) {
    tidying.now();
    directory.locked(() -> {
      Network network = directory.find(name).orElseThrow(() -> gone(name));
      checkUnused(network, leases.of(network));
      if (!beginRemoval(name)) {
        checkUnused(network, leases.of(network));
        throw CarrelException.failed("cannot remove the network " + name + ": a container was being attached to it. Try again"); // and has given up
      }
      endRemoval(network);
      return network;
    });
  }

  /** Nobody can be attached to it from now on, unless somebody was quicker: then it stays. The caller has the lock. */
  private boolean beginRemoval(String name) throws IOException {
    if (!directory.beginRemoval(name)) {
      return false;
    }
    if (NetworkDirectory.children(directory.leasesOfRemoved(name)).isEmpty()) {
      return true;
    }
    directory.takeBack(name);
    return false;
  }

  private static void checkUnused(Network network, List<Lease> holders) {
    if (!holders.isEmpty()) {
      List<String> ids = new ArrayList<>();
      holders.forEach(lease -> ids.add(lease.id()));
      throw CarrelException.usage("cannot remove the network " + network.name() + ": attached to it "
          + (ids.size() == 1 ? "is container " : "are containers ") + String.join(", ", ids) + ". Stop "
          + (ids.size() == 1 ? "it" : "them") + " first");
    }
  }
}
