package dev.carrel.network.pasta;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Ports of the host that helpers are to listen on. A helper could not say as well why it cannot, and it does not always notice: one of
 * UDP can be shared, and one that is taken in IPv4 can be free in IPv6.
 *
 * @param first the first port that users without privileges may listen on
 */
record HostPorts(int first) {
  private static final String FIRST = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
  private static final int USUAL_FIRST = 1024;

  static HostPorts ofHost() {
    String first = KernelFiles.read(FIRST).strip();
    return new HostPorts(first.isEmpty() ? USUAL_FIRST : Integer.parseInt(first));
  }

  /**
   * Those that are to be published, free at this moment, with a free one in place of each 0.
   *
   * @throws CarrelException if one cannot be had
   */
  List<PublishedPort> choose(List<PublishedPort> wanted) {
    List<PublishedPort> chosen = new ArrayList<>(wanted.size());
    for (PublishedPort port : wanted) {
      if (port.host() != 0) {
        take(port);
      }
    }
    for (PublishedPort port : wanted) {
      int host = port.host();
      while (host == 0) {
        int free = take(port);
        host = isTaken(port.at(free), wanted) || isTaken(port.at(free), chosen) ? 0 : free;
      }
      chosen.add(port.at(host));
    }
    return chosen;
  }

  private static boolean isTaken(PublishedPort port, List<PublishedPort> others) {
    for (PublishedPort other : others) {
      if (other.host() == port.host() && other.protocol() == port.protocol()) {
        return true;
      }
    }
    return false;
  }

  /** Has a port for a moment; returns its number. */
  private int take(PublishedPort port) {
    if (port.host() != 0 && port.host() < first) {
      throw CarrelException.failed("cannot publish " + port + ": ports below " + first + " are root's. Publish another port, or have an"
          + " administrator allow it: sysctl net.ipv4.ip_unprivileged_port_start=" + port.host());
    }
    InetSocketAddress place = port.address().isPresent() ? new InetSocketAddress(port.address().get(), port.host())
        : new InetSocketAddress(port.host());
    try {
      return port.protocol() == PortProtocol.TCP ? takeTcp(place) : takeUdp(place);
    } catch (IOException e) {
      String where = port.address().map(address -> " of " + Addresses.text(address)).orElse("");
      boolean foreign = String.valueOf(e.getMessage()).contains("assign");
      throw CarrelException.failed("cannot publish " + port + ": " + (foreign ? "the host has no address "
          + Addresses.text(port.address().orElseThrow()) + ". ip address shows those it has"
          : port.protocol().label().toUpperCase(Locale.ROOT) + " port " + port.host() + where
              + " is in use on the host (" + e.getMessage() + "). ss -lntup shows by whom; publish another, or 0 for any that is free"), e);
    }
  }

  private static int takeTcp(InetSocketAddress place) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // connections that have ended do not count
      socket.bind(place);
      return socket.getLocalPort();
    }
  }

  private static int takeUdp(InetSocketAddress place) throws SocketException {
    try (DatagramSocket socket = new DatagramSocket((SocketAddress) null)) {
      socket.setReuseAddress(false); // pasta would share it
      socket.bind(place);
      return socket.getLocalPort();
    }
  }
}
