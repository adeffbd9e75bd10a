package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Whether ports of the host are free, asked by taking them for a moment. */
final class Ports {
  private Ports() {}

  /**
   * The same port, or, for 0, one that nobody listens at.
   *
   * @throws CarrelException if somebody listens there, or the host has no such address
   */
  static PublishedPort free(PublishedPort port) {
    InetSocketAddress where = port.address().isPresent() ? new InetSocketAddress(port.address().get(), port.host())
        : new InetSocketAddress(port.host());
    try {
      return port.at(port.protocol() == PortProtocol.TCP ? tcp(where) : udp(where));
    } catch (IOException e) {
      String address = port.address().map(InetAddress.class::cast).map(Addresses::text).map(text -> " of " + text).orElse("");
      throw CarrelException.usage("cannot publish the host's port " + port.host() + "/" + port.protocol().label() + address + ": "
          + reason(e) + ". Choose another, or 0 for any that is free");
    }
  }

  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("in use") ? "a program of the host listens there"
        : message.contains("assign") ? "the host has no such address" : message;
  }

  private static int tcp(InetSocketAddress where) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(where);
      return socket.getLocalPort();
    }
  }

  private static int udp(InetSocketAddress where) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(null)) {
      socket.setReuseAddress(false);
      socket.bind(where);
      return socket.getLocalPort();
    }
  }
}
