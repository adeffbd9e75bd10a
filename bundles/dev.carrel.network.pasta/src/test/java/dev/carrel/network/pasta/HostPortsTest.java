package dev.carrel.network.pasta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostPortsTest {
  private final HostPorts ports = new HostPorts(1024);

  @Test
  void a_port_that_somebody_listens_on_is_refused_by_its_number() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertThat(refusal(port(port, PortProtocol.TCP))).startsWith("cannot publish " + port + ":80/tcp: TCP port " + port + " is in use on the host");
    }
  }

  @Test
  void a_port_of_udp_that_would_have_been_shared_is_refused() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(null)) {
      taken.setReuseAddress(true);
      taken.bind(new InetSocketAddress(0));
      int port = taken.getLocalPort();
      assertThat(refusal(port(port, PortProtocol.UDP))).contains("UDP port " + port + " is in use on the host");
      assertThat(ports.choose(List.of(port(port, PortProtocol.TCP)))).hasSize(1);
    }
  }

  @Test
  void a_port_of_root_is_refused_with_the_setting_that_allows_it() {
    assertThat(refusal(port(80, PortProtocol.TCP))).isEqualTo("cannot publish 80:80/tcp: ports below 1024 are root's. Publish another port, or have"
        + " an administrator allow it: sysctl net.ipv4.ip_unprivileged_port_start=80");
  }

  @Test
  void an_address_that_the_host_has_not_is_refused() {
    PublishedPort foreign = new PublishedPort(Optional.of(Addresses.parse("198.51.100.7")), 8080, 80, PortProtocol.TCP);
    assertThat(refusal(foreign)).contains("the host has no address 198.51.100.7");
  }

  @Test
  void for_0_free_ports_are_chosen_each_another() {
    PublishedPort any = port(0, PortProtocol.TCP);
    Set<Integer> chosen = new HashSet<>();
    ports.choose(List.of(any, any, any)).forEach(port -> chosen.add(port.host()));
    assertThat(chosen).hasSize(3).allMatch(port -> port > 0);
  }

  private String refusal(PublishedPort port) {
    return assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> ports.choose(List.of(port))).actual().getMessage();
  }

  private static PublishedPort port(int host, PortProtocol protocol) {
    return new PublishedPort(Optional.empty(), host, 80, protocol);
  }
}
