package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Join;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.Guest;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.NetworkSpec;
import java.net.InetAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Attaches containers to networks, and frees in the end what they were given. */
final class Attaching {
  private final Networks networks;
  /** Who has attached which container: that frees what it was given, also when its service has gone meanwhile. */
  private final Map<String, NetworkProvider> attached = new ConcurrentHashMap<>();
  /** The last one: a server starts the same specification again and again, and what is prepared for it is found by it. */
  private volatile Prepared last;

  /** A specification with the files that its network brings. */
  private record Prepared(ContainerSpec asked, List<Mount> files, ContainerSpec spec) {}

  Attaching(Networks networks) {
    this.networks = networks;
  }

  /**
   * A specification with the files that its network brings.
   *
   * @throws dev.carrel.api.CarrelException if nobody can attach a container as it says
   */
  ContainerSpec prepare(ContainerSpec spec) {
    NetworkSpec.Attached wanted = (NetworkSpec.Attached) spec.network();
    List<Mount> files = networks.choose(wanted.network()).files(wanted);
    Prepared known = last;
    if (known != null && known.asked() == spec && known.files().equals(files)) {
      return known.spec();
    }
    ContainerSpec changed = with(spec, files);
    last = new Prepared(spec, files, changed);
    return changed;
  }

  /** The same of one that is only planned: nothing is made. */
  ContainerSpec plan(ContainerSpec spec) {
    NetworkSpec.Attached wanted = (NetworkSpec.Attached) spec.network();
    return with(spec, networks.choose(wanted.network()).plan(wanted));
  }

  /** One that joins the network of a container has the files of that. */
  ContainerSpec prepareJoined(ContainerSpec spec, List<ContainerHandle> containers) {
    for (Join join : spec.joins()) {
      if (join.kind() == Namespace.NETWORK && join.source() instanceof Join.Source.OfProcess process) {
        for (ContainerHandle container : containers) {
          Optional<Attachment> attachment = container.info().pid() == process.pid() ? container.info().network() : Optional.empty();
          Optional<NetworkProvider> provider = attachment.flatMap(made -> networks.of(made.provider()));
          if (provider.isPresent() && provider.get().unavailable().isEmpty()) {
            return with(spec, provider.get().files(new NetworkSpec.Attached(Optional.of(attachment.get().network()), asking(attachment.get().dns()))));
          }
        }
      }
    }
    return spec;
  }

  private static NetworkOptions asking(List<InetAddress> nameServers) {
    NetworkOptions none = NetworkOptions.none();
    return nameServers.isEmpty() ? none : new NetworkOptions(none.published(), none.addresses(), none.mac(), none.mtu(), nameServers, none.egress(), none.firewall());
  }

  /** One that has the mounts of others sees their files. */
  private static ContainerSpec with(ContainerSpec spec, List<Mount> files) {
    if (!spec.namespaces().contains(Namespace.MOUNT)) {
      return spec;
    }
    RootSpec root = spec.root();
    List<Mount> base = new ArrayList<>(root.base());
    base.addAll(files);
    return spec.withRoot(new RootSpec(base, root.mappings(), root.writable(), root.protection()));
  }

  /**
   * Attaches a container whose first process waits.
   *
   * @param asked what was asked for, without the files that its network has brought
   * @throws dev.carrel.api.CarrelException if that failed
   */
  void attach(StartedContainer container, ContainerSpec asked) {
    ContainerSpec spec = container.spec();
    NetworkSpec.Attached wanted = (NetworkSpec.Attached) spec.network();
    Guest guest = new Guest(container.id(), spec.life().name(), spec.hostname(), container.process().pid());
    NetworkProvider provider;
    Attachment attachment;
    try {
      provider = networks.choose(wanted.network());
      attachment = provider.attach(guest, wanted);
    } catch (CarrelException failure) {
      requireNetwork(asked, spec, failure);
      throw failure;
    }
    attached.put(container.id(), provider);
    if (!container.recording().attached(attachment)) {
      free(container.id(), attachment.provider()); // it has ended meanwhile
    }
  }

  /**
   * Tells of a start that has failed because its network was removed meanwhile: one of the files that it had brought is not there any more.
   *
   * @throws CarrelException if it is so
   */
  void requireNetwork(ContainerSpec asked, ContainerSpec spec, Throwable failure) {
    List<Mount> mounts = spec.root().base();
    for (Mount file : mounts.subList(asked.root().base().size(), mounts.size())) {
      if (file instanceof Mount.Bind bind && Files.notExists(bind.source())) {
        Optional<String> name = ((NetworkSpec.Attached) asked.network()).network().filter(network -> networks.of(network).isEmpty());
        throw CarrelException.failed(name.isPresent()
            ? "the network " + name.get() + " was removed while a container on it was being started. Make it again: carrel network create " + name.get()
            : "the private network was removed while a container on it was being started. Start that again", failure);
      }
    }
  }

  /**
   * What it was given is freed off the way of its end, unless it has ports of the host: whoever waits for its end may want those.
   *
   * @return whether it has, and {@link #free} is still to be called
   */
  boolean ended(StartedContainer container) {
    Optional<Attachment> attachment = container.recording().attachment();
    boolean ports = attachment.isPresent() && !attachment.get().published().isEmpty();
    if (attachment.isPresent() && !ports) {
      free(container.id(), attachment.get().provider());
    }
    return ports;
  }

  void free(StartedContainer container) {
    container.recording().attachment().ifPresent(attachment -> detach(container.id(), attachment.provider()));
  }

  private void free(String id, String provider) {
    Thread later = new Thread(() -> detach(id, provider), "carrel-network");
    later.setDaemon(true);
    later.start();
  }

  /** Frees what a container that has ended was given, if its provider is there; if not, that finds it later. */
  void detach(String id, String provider) {
    NetworkProvider own = attached.remove(id);
    Optional<NetworkProvider> found = own == null ? networks.of(provider) : Optional.of(own);
    found.filter(present -> present.unavailable().isEmpty()).ifPresent(present -> present.detach(id));
  }

  /** What one that has ended by itself was given goes as soon as somebody sees it. If that fails, the next one who sees it tries again. */
  void release(Entry entry) {
    Optional<Attachment> attachment = entry.attachment();
    if (attachment.isPresent()) {
      try {
        detach(entry.id(), attachment.get().provider());
      } catch (CarrelException e) {
        return; // who has come to see something else need not know; carrel clean says it
      }
    }
  }

  /** Frees what was given to containers that are gone; returns what was removed. */
  List<String> clean() {
    List<String> removed = new ArrayList<>();
    for (NetworkProvider provider : networks.present()) {
      if (provider.unavailable().isEmpty()) {
        removed.addAll(provider.reconcile());
      }
    }
    return removed;
  }
}
