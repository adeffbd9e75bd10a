package dev.carrel.conformance;

import dev.carrel.api.network.Firewall;
import dev.carrel.api.network.MacAddress;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Options of networks, each alone. */
final class Wishes {
  /** Where what is started to answer does so. */
  static final int PORT = 8000;
  static final NetworkOptions NONE = NetworkOptions.none();
  static final NetworkOptions HOST_LOOPBACK = new NetworkOptions(List.of(), List.of(), Optional.empty(), OptionalInt.empty(), List.of(),
      OptionalLong.empty(), Optional.empty(), true);

  private Wishes() {}

  /** A port of the host, or 0 for any, that leads to where a container answers over TCP. */
  static NetworkOptions published(int host) {
    return published(port(host, PortProtocol.TCP));
  }

  static NetworkOptions published(PublishedPort... ports) {
    return options(List.of(ports), List.of(), Optional.empty(), OptionalInt.empty());
  }

  static PublishedPort port(int host, PortProtocol protocol) {
    return new PublishedPort(Optional.empty(), host, PORT, protocol);
  }

  static NetworkOptions address(InetAddress address) {
    return options(List.of(), List.of(address), Optional.empty(), OptionalInt.empty());
  }

  static NetworkOptions mac(String mac) {
    return options(List.of(), List.of(), Optional.of(MacAddress.parse(mac)), OptionalInt.empty());
  }

  static NetworkOptions mtu(int bytes) {
    return options(List.of(), List.of(), Optional.empty(), OptionalInt.of(bytes));
  }

  static NetworkOptions nameServer(InetAddress address) {
    return new NetworkOptions(List.of(), List.of(), Optional.empty(), OptionalInt.empty(), List.of(address), OptionalLong.empty(), Optional.empty());
  }

  static NetworkOptions rate(long bitsPerSecond) {
    return new NetworkOptions(List.of(), List.of(), Optional.empty(), OptionalInt.empty(), List.of(), OptionalLong.of(bitsPerSecond), Optional.empty());
  }

  static NetworkOptions firewall(Firewall firewall) {
    return new NetworkOptions(List.of(), List.of(), Optional.empty(), OptionalInt.empty(), List.of(), OptionalLong.empty(), Optional.of(firewall));
  }

  private static NetworkOptions options(List<PublishedPort> published, List<InetAddress> addresses, Optional<MacAddress> mac, OptionalInt mtu) {
    return new NetworkOptions(published, addresses, mac, mtu, List.of(), OptionalLong.empty(), Optional.empty());
  }
}
