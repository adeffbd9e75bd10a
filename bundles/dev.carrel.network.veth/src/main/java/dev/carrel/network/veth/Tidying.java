package dev.carrel.network.veth;

import dev.carrel.api.network.PublishedPort;
import dev.carrel.linux.netlink.NetlinkFailure;
import dev.carrel.linux.netlink.RouteSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Takes away what belongs to nobody any more. */
final class Tidying {
  private static final long PAUSE_NANOS = 1_000_000_000L;
  private static final int FEW = 16;

  private final NetworkDirectory directory;
  private final Leases leases;
  private final Rules rules;
  private long looked = System.nanoTime() - PAUSE_NANOS;

  Tidying(NetworkDirectory directory, Leases leases, Rules rules) {
    this.directory = directory;
    this.leases = leases;
    this.rules = rules;
  }

  /** Frees what a container was given. */
  void detach(String id) {
    if (leases.of(id).isPresent()) {
      directory.locked(() -> {
        var lease = leases.of(id);
        if (lease.isPresent()) {
          free(lease.get());
        }
        return id;
      });
    }
  }

  /** The same as {@link #now}, once in a while, and beside the start if there is much to look at. */
  void inPassing() {
    synchronized (this) {
      if (System.nanoTime() - looked < PAUSE_NANOS) {
        return;
      }
      looked = System.nanoTime();
    }
    if (NetworkDirectory.children(directory.ids()).size() <= FEW) {
      now();
      return;
    }
    Thread beside = new Thread(this::now, "carrel-network");
    beside.setDaemon(true);
    beside.start();
  }

  /** Frees what was given to containers that are gone; returns who they were. */
  List<String> now() {
    List<Lease> gone = leases.all();
    gone.removeIf(Lease::lives);
    if (gone.isEmpty()) {
      return List.of();
    }
    return directory.locked(() -> {
      List<String> freed = new ArrayList<>();
      for (Lease lease : gone) {
        var still = leases.of(lease.id());
        if (still.isPresent() && !still.get().lives()) {
          free(still.get());
          freed.add(lease.id());
        }
      }
      return freed;
    });
  }

  /** The address goes last: as long as it is taken, nobody else can have entries for it. */
  private void free(Lease lease) throws IOException {
    List<InetAddress> addresses = leases.addresses(lease);
    for (PublishedPort port : lease.ports()) {
      rules.withdraw(port, addresses);
    }
    if (lease.guarded()) {
      rules.unguard(lease.id(), Attaching.device(lease.id()), addresses);
    }
    new HostsFile(directory.hosts(lease.network())).remove(lease.id());
    if (lease.lives()) { // its namespace goes on, so the kernel does not free it
      try (RouteSocket host = RouteSocket.open()) {
        host.remove(Attaching.device(lease.id()));
      } catch (NetlinkFailure e) {
        // it ends with the namespace
      }
    }
    leases.free(lease);
  }

  /** Files that belong to no lease: somebody was killed while he wrote. The caller has the lock. */
  List<Path> fragments() {
    List<Path> fragments = new ArrayList<>();
    for (Path file : NetworkDirectory.children(directory.ids())) {
      if (Lease.read(file).isEmpty()) {
        fragments.add(file);
      }
    }
    return fragments;
  }
}
