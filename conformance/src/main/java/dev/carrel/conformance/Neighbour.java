package dev.carrel.conformance;

import dev.carrel.api.network.PortProtocol;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Somebody elsewhere, whom this host reaches, and who reaches this host, otherwise than by a loopback interface. */
public interface Neighbour {
  /**
   * Where he answers. Over TCP, he waits until something is said to him, says something, and ends the connection; over UDP, he answers each
   * packet.
   */
  InetSocketAddress place();

  /**
   * Has him say something to this host.
   *
   * @param port of this host
   * @return what he is answered; empty if nobody answers within some seconds
   */
  Optional<String> asks(PortProtocol protocol, int port);
}
