package dev.carrel.api.network;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a container is attached to a network.
 *
 * @param provider the name of who did it
 * @param network the name of the network
 * @param device its interface, as it is called inside
 * @param addresses those of that interface
 * @param gateways by which it reaches the outside, at most one of each family
 * @param dns name servers that were asked for instead of the host's
 * @param published with the ports of the host that were chosen
 * @param notes what the user has to know: what was switched on for it on the host, what is missing
 */
public record Attachment(
    String provider,
    String network,
    String device,
    Optional<MacAddress> mac,
    List<InetAddress> addresses,
    List<InetAddress> gateways,
    List<InetAddress> dns,
    List<PublishedPort> published,
    List<String> notes) {
  public Attachment {
    Objects.requireNonNull(provider);
    Objects.requireNonNull(network);
    Objects.requireNonNull(device);
    Objects.requireNonNull(mac);
    addresses = List.copyOf(addresses);
    gateways = List.copyOf(gateways);
    dns = List.copyOf(dns);
    published = List.copyOf(published);
    notes = List.copyOf(notes);
  }
}
