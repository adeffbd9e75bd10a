package dev.carrel.network.pasta;

import dev.carrel.api.host.Host;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.linux.Launcher;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** slirp4netns(1), where pasta is not there: a network of its own behind the host, of IPv4 alone, with fixed addresses. */
@Component(service = NetworkProvider.class, property = {NetworkProvider.NAME + "=slirp4netns", "service.ranking:Integer=10"})
public final class SlirpNetwork extends HelperNetwork {
  /** Its own name server, which asks those of the host. */
  private static final InetAddress FORWARDER = Addresses.parse("10.0.2.3");
  private static final int LARGEST_MTU = 65521;
  /** What its manual recommends. */
  private static final int USUAL_MTU = 65520;

  private final Host host;

  @Activate
  public SlirpNetwork(@Reference Launcher launcher, @Reference Host host) {
    super(launcher, host, HostTun.ofHost());
    this.host = host;
  }

  @Override
  public String name() {
    return "slirp4netns";
  }

  @Override
  String debianPackage() {
    return "slirp4netns";
  }

  @Override
  Optional<String> refusal(NetworkOptions options) {
    if (options.egress().isPresent()) {
      return Optional.of("it cannot limit how much is sent (--egress). veth, which root can use, can");
    }
    if (options.firewall().isPresent()) {
      return Optional.of("it cannot restrict whom the container talks to. veth, which root can use, can");
    }
    if (!options.addresses().isEmpty()) {
      return Optional.of("its addresses are fixed (--ip). pasta can have others (Debian: apt install passt)");
    }
    if (options.mtu().isPresent() && options.mtu().getAsInt() > LARGEST_MTU) {
      return Optional.of("its packets have at most " + LARGEST_MTU + " bytes (--mtu)");
    }
    if (!options.published().isEmpty() && host.administers()) {
      return Optional.of("as root, it could not be told which ports to publish (--publish), as it has no right to root's files. Use"
          + " --network=veth or --network=pasta");
    }
    for (PublishedPort port : options.published()) {
      if (port.address().isPresent() && port.address().get() instanceof Inet6Address) {
        return Optional.of("it publishes ports on addresses of IPv4 alone, so not " + port + ". pasta can (Debian: apt install passt)");
      }
    }
    return Optional.empty();
  }

  @Override
  NameServers nameServers(NetworkOptions options) {
    return NameServers.ofHost().withServers(options.dns().isEmpty() ? List.of(FORWARDER) : options.dns());
  }

  @Override
  HelperCommand command(Path program, NetworkOptions options, List<PublishedPort> published, Path socket) {
    List<String> words = new ArrayList<>(List.of(name(), "--configure", "--enable-sandbox", "--enable-seccomp",
        "--ready-fd=" + HelperCommand.READY, "--netns-type=path", "--mtu=" + options.mtu().orElse(USUAL_MTU)));
    if (!options.hostLoopback()) {
      words.add("--disable-host-loopback");
    }
    options.mac().ifPresent(mac -> words.add("--macaddress=" + mac));
    if (!published.isEmpty()) {
      words.add("--api-socket=" + socket);
    }
    words.addAll(List.of("/proc/self/fd/0", DEVICE));
    return new HelperCommand(program, words, true);
  }

  @Override
  void publish(Path socket, List<PublishedPort> published) {
    for (PublishedPort port : published) {
      SlirpSocket.publish(socket, port);
    }
  }

  @Override
  Optional<String> note() {
    return Optional.of("slirp4netns has no IPv6, and is slower than pasta (Debian: apt install passt)");
  }
}
