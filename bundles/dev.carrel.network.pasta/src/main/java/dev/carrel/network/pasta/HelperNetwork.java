package dev.carrel.network.pasta;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Host;
import dev.carrel.api.host.ProcessTimes;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.Guest;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.NetworkInfo;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.linux.Launcher;
import dev.carrel.network.pasta.HelperRecords.Known;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What providers have in common whose networks are helpers, one for each container. */
abstract class HelperNetwork implements NetworkProvider {
  /** What its interface is called inside. */
  static final String DEVICE = "eth0";
  private static final long PAUSE = 10; // milliseconds
  /** How often it is looked whether a guard has ended: two seconds. */
  private static final int POLLS = 200;
  /** Where a guard tells how it ended: it does not. */
  private static final Path NO_WORD = Path.of("/dev/null");
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  private final Launcher launcher;
  private final Host host;
  private final HostTun tun;
  private volatile Prepared last = new Prepared("", List.of());

  /** The files of the last start: the same objects as long as they have the same content. */
  private record Prepared(String nameServers, List<Mount> files) {}

  HelperNetwork(Launcher launcher, Host host, HostTun tun) {
    this.launcher = launcher;
    this.host = host;
    this.tun = tun;
  }

  /** The Debian package with the helper. */
  abstract String debianPackage();

  /** Which of the options it cannot fulfil, and why; empty if it can. */
  abstract Optional<String> refusal(NetworkOptions options);

  /** Whom programs inside ask for names. */
  abstract NameServers nameServers(NetworkOptions options);

  /**
   * How the helper is called.
   *
   * @param published with ports that were chosen
   * @param socket where it can listen for orders
   */
  abstract HelperCommand command(Path program, NetworkOptions options, List<PublishedPort> published, Path socket);

  /** Publishes what the helper is not told when it is called. */
  abstract void publish(Path socket, List<PublishedPort> published);

  /** What the user has to know of it. */
  abstract Optional<String> note();

  @Override
  public final Optional<String> unavailable() {
    if (HelperPrograms.find(name()).isEmpty()) {
      return Optional.of("the program " + name() + " is not installed. Ask an administrator to install it (Debian: apt install "
          + debianPackage() + ")");
    }
    return tun.unavailable(host.administers());
  }

  @Override
  public final List<Mount> files(NetworkSpec.Attached wanted) {
    NetworkOptions options = wanted.options();
    refusal(options).ifPresent(reason -> {
      throw CarrelException.usage("cannot attach a container to the network of " + name() + ": " + reason);
    });
    if (!options.published().isEmpty()) {
      choose(options.published(), records());
    }
    String text = nameServers(options).text();
    if (!last.nameServers().equals(text) || last.files().isEmpty()) {
      last = new Prepared(text, List.of(new Mount.GeneratedFile(RESOLV_CONF, text, 0444)));
    }
    return last.files();
  }

  /** To ask for the files makes nothing. */
  @Override
  public final List<Mount> plan(NetworkSpec.Attached wanted) {
    return files(wanted);
  }

  @Override
  public final Attachment attach(Guest guest, NetworkSpec.Attached wanted) {
    HelperRecords records = records();
    if (wanted.options().published().isEmpty()) {
      sweep(records);
      return attach(guest, wanted.options(), List.of(), records);
    }
    try (FileChannel lock = records.lock()) { // held until the helper listens
      List<PublishedPort> published = choose(wanted.options().published(), records);
      sweep(records);
      return attach(guest, wanted.options(), published, records);
    } catch (IOException e) {
      throw CarrelException.failed("cannot attach the container to a network: " + e.getMessage(), e);
    }
  }

  /** A port can be in the way that a container had which is gone: its guard is about to free it. */
  private List<PublishedPort> choose(List<PublishedPort> wanted, HelperRecords records) {
    HostPorts ports = HostPorts.ofHost();
    try {
      return ports.choose(wanted);
    } catch (CarrelException taken) {
      for (HelperRecords.Entry entry : records.all()) {
        if (!entry.guest().lives()) {
          detach(entry.container());
        }
      }
      return ports.choose(wanted);
    }
  }

  private Attachment attach(Guest guest, NetworkOptions options, List<PublishedPort> published, HelperRecords records) {
    Path program = HelperPrograms.find(name()).orElseThrow(() -> CarrelException.failed("cannot attach the container to a network: "
        + unavailable().orElse(name() + " has just gone")));
    Known first = new Known(guest.pid(), ProcessTimes.startTime(guest.pid()));
    records.begin(guest.id(), first);
    Helper helper = null;
    try {
      Path socket = records.socket(guest.id());
      HelperCommand command = command(program, options, published, socket);
      helper = Helper.start(launcher, guest.pid(), command, records.files(guest.id()),
          host.administers() ? Optional.of(InsideRoot.of(guest.pid())) : Optional.empty());
      publish(socket, published);
      InsideNetwork inside = InsideNetwork.of(guest.pid());
      requireAll(options.addresses(), inside);
      long guard = helper.guard().process().pid();
      records.started(guest.id(), first, new Known(guard, ProcessTimes.startTime(guard)));
      helper.release();
      return new Attachment(name(), name(), DEVICE, options.mac(), inside.addresses(), inside.gateways(), options.dns(), published,
          notes(options, inside));
    } catch (RuntimeException | Error e) {
      if (helper != null) {
        helper.end();
      }
      records.forget(guest.id());
      throw e;
    }
  }

  private List<String> notes(NetworkOptions options, InsideNetwork inside) {
    List<String> notes = new ArrayList<>();
    note().ifPresent(notes::add);
    if (options.hostLoopback()) {
      List<String> gateways = new ArrayList<>();
      inside.gateways().forEach(gateway -> gateways.add(Addresses.text(gateway)));
      notes.add("what listens on the host's loopback is reached at " + String.join(" and ", gateways));
    }
    return notes;
  }

  private void requireAll(List<InetAddress> wanted, InsideNetwork inside) {
    for (InetAddress address : wanted) {
      if (!inside.addresses().contains(address)) {
        throw CarrelException.failed("cannot give the container the address " + Addresses.text(address) + ": " + name()
            + " leaves out " + (address.getAddress().length == 4 ? "IPv4" : "IPv6") + ", for which this host has no default route");
      }
    }
  }

  private HelperRecords records() {
    return HelperRecords.of(name(), System.getenv(), host);
  }

  @Override
  public final void detach(String container) {
    HelperRecords records = records();
    // To kill it at once could keep it from removing its record, and this JVM may end before that is done here.
    for (int i = 0; i < POLLS && records.find(container).isPresent(); i++) {
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    records.find(container).ifPresent(entry -> end(entry, records));
  }

  /** A guard ends with the container by itself, unless somebody has stopped it. */
  private void end(HelperRecords.Entry entry, HelperRecords records) {
    if (entry.guard().isPresent() && entry.guard().get().lives()) {
      launcher.adopt(entry.guard().get().pid(), entry.guard().get().startTime(), NO_WORD).ifPresent(Running::kill);
    }
    records.forget(entry.container());
  }

  @Override
  public final List<String> reconcile() {
    return sweep(records());
  }

  private List<String> sweep(HelperRecords records) {
    List<String> removed = new ArrayList<>();
    for (HelperRecords.Entry entry : records.all()) {
      if (!entry.guest().lives()) {
        end(entry, records);
        removed.add("what " + name() + " was for container " + entry.container() + ", which is gone");
      }
    }
    return removed;
  }

  @Override
  public final List<NetworkInfo> networks() {
    return List.of();
  }

  @Override
  public final NetworkInfo create(NetworkDefinition definition) {
    throw CarrelException.usage("cannot make the network " + definition.name() + ": each container that " + name()
        + " attaches is on its own. Networks that containers share are root's, and offered by the bundle dev.carrel.network.veth");
  }

  @Override
  public final void remove(String network) {
    throw CarrelException.usage("cannot remove the network " + network + ": " + name() + " has none");
  }
}
