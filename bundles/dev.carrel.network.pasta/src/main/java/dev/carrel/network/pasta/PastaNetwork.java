package dev.carrel.network.pasta;

import dev.carrel.api.host.Host;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.linux.Launcher;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * pasta(1): the container has the host's addresses, and what it sends leaves the host as if a program of the user's had sent it. Only
 * options are used that all versions have.
 */
@Component(service = NetworkProvider.class, property = {NetworkProvider.NAME + "=pasta", "service.ranking:Integer=20"})
public final class PastaNetwork extends HelperNetwork {
  /** Stands inside for a name server that only the host itself can ask. */
  private static final InetAddress FORWARDER = Addresses.parse("169.254.1.1");

  @Activate
  public PastaNetwork(@Reference Launcher launcher, @Reference Host host) {
    super(launcher, host, HostTun.ofHost());
  }

  @Override
  public String name() {
    return "pasta";
  }

  @Override
  String debianPackage() {
    return "passt";
  }

  @Override
  Optional<String> refusal(NetworkOptions options) {
    if (options.egress().isPresent()) {
      return Optional.of("it cannot limit how much is sent (--egress). veth, which root can use, can");
    }
    if (options.firewall().isPresent()) {
      return Optional.of("it cannot restrict whom the container talks to. veth, which root can use, can");
    }
    return Optional.empty();
  }

  @Override
  NameServers nameServers(NetworkOptions options) {
    NameServers host = NameServers.ofHost();
    if (!options.dns().isEmpty()) {
      return host.withServers(options.dns());
    }
    return host.standingIn(host.areTheHostsOwn() ? Optional.of(FORWARDER) : Optional.empty());
  }

  @Override
  HelperCommand command(Path program, NetworkOptions options, List<PublishedPort> published, Path socket) {
    List<String> words = new ArrayList<>(List.of(name(), "--foreground", "--quiet", "--config-net", "--netns-only", "--netns", "/proc/self/fd/0",
        "--no-netns-quit", "--pid", "/proc/self/fd/1", "--ns-ifname", DEVICE, "--tcp-ns", "none", "--udp-ns", "none"));
    publish(words, "--tcp-ports", PortProtocol.TCP, published);
    publish(words, "--udp-ports", PortProtocol.UDP, published);
    for (InetAddress address : options.addresses()) {
      words.addAll(List.of("--address", Addresses.text(address)));
    }
    if (!options.hostLoopback()) {
      words.add("--no-map-gw");
    }
    options.mac().ifPresent(mac -> words.addAll(List.of("--ns-mac-addr", mac.toString())));
    options.mtu().ifPresent(mtu -> words.addAll(List.of("--mtu", Integer.toString(mtu))));
    if (options.dns().isEmpty() && NameServers.ofHost().areTheHostsOwn()) {
      words.addAll(List.of("--dns-forward", Addresses.text(FORWARDER)));
    }
    return new HelperCommand(program, words, false);
  }

  /** Nothing is published of which it is not told. */
  private static void publish(List<String> words, String option, PortProtocol protocol, List<PublishedPort> published) {
    List<String> places = new ArrayList<>();
    for (PublishedPort port : published) {
      if (port.protocol() == protocol) {
        places.add(port.address().map(address -> Addresses.text(address) + "/").orElse("") + port.host() + ":" + port.guest());
      }
    }
    if (places.isEmpty()) {
      places.add("none");
    }
    for (String place : places) {
      words.addAll(List.of(option, place));
    }
  }

  @Override
  void publish(Path socket, List<PublishedPort> published) {}

  @Override
  Optional<String> note() {
    return Optional.empty();
  }
}
