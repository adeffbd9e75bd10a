package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.api.network.Subnet;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Who has which address. An address is taken by making a link of its name, which only one can do, to the file that says who takes it:
 * no lock, and whoever is killed leaves what tells that he is gone. What was taken is given free under the lock alone, after all else.
 */
final class Leases {
  private final NetworkDirectory directory;

  Leases(NetworkDirectory directory) {
    this.directory = directory;
  }

  /** Writes down who is about to take something. */
  void begin(Lease lease) throws IOException {
    Path file = directory.ids().resolve(lease.id());
    Files.deleteIfExists(file); // of an attempt that failed: an id is of one container alone
    Files.writeString(file, lease.head(), StandardOpenOption.CREATE_NEW);
  }

  void note(String id, String line) throws IOException {
    Files.writeString(directory.ids().resolve(id), line, StandardOpenOption.APPEND);
  }

  Optional<Lease> of(String id) {
    return Lease.read(directory.ids().resolve(id));
  }

  /** All there are. */
  List<Lease> all() {
    List<Lease> all = new ArrayList<>();
    for (Path file : NetworkDirectory.children(directory.ids())) {
      Lease.read(file).ifPresent(all::add);
    }
    return all;
  }

  List<Lease> of(Network network) {
    List<Lease> all = all();
    all.removeIf(lease -> !lease.network().equals(network.name()));
    return all;
  }

  /**
   * Takes addresses: those that are wanted, or some that are free.
   *
   * @return none if one that is wanted is taken, or all are; {@link #refusal} says so
   * @throws CarrelException if one that is wanted is no container's, or the network has been removed. Whoever has an address keeps it from that
   */
  List<InetAddress> take(Network network, String id, List<InetAddress> wanted) throws IOException {
    Optional<InetAddress> wanted4 = wanted(wanted, false);
    Optional<InetAddress> wanted6 = wanted(wanted, true);
    if (wanted4.isPresent()) {
      check(network.ipv4(), wanted4.get(), network);
    }
    if (wanted6.isPresent()) {
      check(network.ipv6().orElseThrow(() -> CarrelException.usage("cannot attach a container with the address "
          + Addresses.text(wanted6.get()) + ": the network " + network.name() + " has no IPv6")), wanted6.get(), network);
    }
    long guests = network.guests();
    long start = ThreadLocalRandom.current().nextLong(guests); // so that many at once do not all try the same
    for (long i = 0; i < guests; i++) {
      long index = Network.FIRST + (start + i) % guests;
      InetAddress ipv4 = wanted4.isPresent() ? wanted4.get() : network.ipv4().at(index);
      if (!link(network, id, ipv4)) {
        if (wanted4.isPresent()) {
          return List.of();
        }
        continue;
      }
      List<InetAddress> addresses = new ArrayList<>(List.of(ipv4));
      if (network.ipv6().isPresent()) {
        InetAddress ipv6 = wanted6.isPresent() ? wanted6.get() : network.ipv6().get().at(index(network.ipv4(), ipv4));
        if (!link(network, id, ipv6)) {
          Files.deleteIfExists(directory.leases(network.name()).resolve(name(ipv4)));
          if (wanted6.isPresent() || wanted4.isPresent()) {
            return List.of();
          }
          continue;
        }
        addresses.add(ipv6);
      }
      if (!directory.find(network.name()).equals(Optional.of(network))) { // somebody has made another one of that name
        throw network.removed();
      }
      StringBuilder lines = new StringBuilder();
      addresses.forEach(address -> lines.append(Lease.line(address)));
      note(id, lines.toString());
      return addresses;
    }
    return List.of();
  }

  /** Why no addresses could be taken. */
  CarrelException refusal(Network network, List<InetAddress> wanted) {
    for (InetAddress address : wanted) {
      if (Files.exists(directory.leases(network.name()).resolve(name(address)))) {
        return taken(address, network);
      }
    }
    return CarrelException.failed("cannot attach a container to the network " + network.name() + ": all " + network.guests() + " addresses of "
        + network.ipv4() + " are taken. Stop a container, or make a network with a larger --subnet");
  }

  private static Optional<InetAddress> wanted(List<InetAddress> addresses, boolean ipv6) {
    return addresses.stream().filter(address -> address instanceof Inet6Address == ipv6).findFirst();
  }

  private static void check(Subnet subnet, InetAddress address, Network network) {
    boolean special = address.equals(subnet.address()) || address.equals(subnet.at(Network.GATEWAY))
        || !subnet.isIpv6() && address.equals(subnet.at((1L << subnet.hostBits()) - 1));
    if (!subnet.contains(address) || special) {
      throw CarrelException.usage("no container can have the address " + Addresses.text(address) + " on the network " + network.name()
          + (special ? ": it is not one of a container" : ", whose addresses are in " + subnet));
    }
  }

  private CarrelException taken(InetAddress address, Network network) {
    String holder = Lease.read(directory.leases(network.name()).resolve(name(address))).map(lease -> " by container " + lease.id()).orElse("");
    return CarrelException.usage("the address " + Addresses.text(address) + " is taken" + holder + ". Choose another, or leave --ip out");
  }

  private boolean link(Network network, String id, InetAddress address) throws IOException {
    try {
      Files.createLink(directory.leases(network.name()).resolve(name(address)), directory.ids().resolve(id));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (NoSuchFileException e) {
      if (Files.notExists(directory.ids().resolve(id))) {
        throw CarrelException.failed("the container has ended", e); // and somebody has freed what it had
      }
      if (!directory.find(network.name()).equals(Optional.of(network))) {
        throw network.removed();
      }
      return link(network, id, address); // somebody was about to remove it, and could not
    }
  }

  private static String name(InetAddress address) {
    return Addresses.text(address);
  }

  private static long index(Subnet subnet, InetAddress address) {
    byte[] bytes = address.getAddress();
    byte[] first = subnet.address().getAddress();
    long index = 0;
    for (int i = 0; i < bytes.length; i++) {
      index = index << Byte.SIZE | (bytes[i] & 0xFF) - (first[i] & 0xFF);
    }
    return index;
  }

  /** The addresses that a container has taken, also if it was killed before it could write them down. The caller has the lock. */
  List<InetAddress> addresses(Lease lease) {
    if (!lease.addresses().isEmpty()) {
      return lease.addresses();
    }
    List<InetAddress> addresses = new ArrayList<>();
    for (Path link : NetworkDirectory.children(directory.leases(lease.network()))) {
      if (Lease.read(link).filter(other -> other.id().equals(lease.id())).isPresent()) {
        addresses.add(Addresses.parse(link.getFileName().toString()));
      }
    }
    return addresses;
  }

  /** Gives all free that a container has taken. The caller has the lock. */
  void free(Lease lease) throws IOException {
    for (InetAddress address : addresses(lease)) {
      Files.deleteIfExists(directory.leases(lease.network()).resolve(name(address)));
    }
    Files.deleteIfExists(directory.ids().resolve(lease.id()));
  }

  void note(String id, PublishedPort port) throws IOException {
    note(id, Lease.line(port));
  }
}
