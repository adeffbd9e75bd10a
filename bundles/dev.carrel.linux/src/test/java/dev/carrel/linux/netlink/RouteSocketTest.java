package dev.carrel.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.MacAddress;
import dev.carrel.api.network.Subnet;
import dev.carrel.linux.machine.Errno;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In network namespaces of the test's own. */
class RouteSocketTest {
  private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:07");
  private Process host;
  private Process guest;
  private RouteSocket socket;

  @BeforeEach
  void makeNamespaces() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    host = namespace();
    guest = namespace();
    try (NetworkNamespace namespace = NetworkNamespace.of(host.pid())) {
      socket = namespace.open();
    }
  }

  private static Process namespace() throws Exception {
    Process process = new ProcessBuilder("unshare", "-n", "sh", "-c", "echo ready; exec sleep 4321").start();
    process.inputReader().readLine();
    return process;
  }

  @AfterEach
  void endNamespaces() {
    if (socket != null) {
      socket.close();
      host.destroyForcibly();
      guest.destroyForcibly();
    }
  }

  @Test
  void a_pair_joins_a_bridge_and_another_namespace_with_its_addresses_and_ways_out() throws Exception {
    int bridge = socket.addBridge("br7", MAC, "a test");
    socket.addAddress(bridge, Addresses.parse("10.7.0.1"), 24);
    socket.addAddress(bridge, Addresses.parse("fd00::1"), 64);
    try (NetworkNamespace namespace = NetworkNamespace.of(guest.pid())) {
      socket.addPair("outer", bridge, namespace, "eth0", MAC, OptionalInt.of(1400));
      try (RouteSocket inside = namespace.open()) {
        int device = inside.index("eth0").orElseThrow();
        inside.configure(device, List.of(Addresses.parse("10.7.0.2"), Addresses.parse("fd00::2")), List.of(24, 64),
            List.of(Addresses.parse("10.7.0.1"), Addresses.parse("fd00::1")), OptionalLong.of(10_000_000), 1400);
        assertThat(inside.devices()).containsExactlyInAnyOrder("lo", "eth0");
        assertThat(inside.addresses()).extracting(held -> Addresses.text(held.address())).contains("10.7.0.2", "fd00::2");
        assertThat(inside.routes()).contains(Subnet.parse("10.7.0.0/24"), Subnet.parse("fd00::/64"));
      }
    }
    assertThat(socket.devices()).contains("br7", "outer");
    assertThat(socket.index("br7")).hasValue(bridge);
    socket.remove("outer");
    socket.remove("outer");
    assertThat(socket.index("outer")).isEmpty();
  }

  @Test
  void a_refusal_says_what_for_and_why() throws Exception {
    socket.addBridge("br7", MAC, "a test");
    assertThatExceptionOfType(NetlinkFailure.class).isThrownBy(() -> socket.addBridge("br7", MAC, "a test"))
        .withMessageContaining("make the bridge br7").matches(failure -> failure.is(Errno.EEXIST));
    assertThatExceptionOfType(NetlinkFailure.class).isThrownBy(() -> socket.addAddress(4321, Addresses.parse("10.7.0.1"), 24))
        .withMessageContaining("10.7.0.1");
  }

  @Test
  void many_interfaces_are_listed_whole() throws Exception {
    int bridge = socket.addBridge("br7", MAC, "a test");
    for (int i = 0; i < 200; i++) {
      socket.addAddress(bridge, Subnet.parse("10.7.0.0/16").at(i + 1), 16);
    }
    for (int i = 0; i < 60; i++) {
      socket.addBridge("many" + i, new MacAddress(MAC.value() + i), "a test");
    }
    assertThat(socket.devices()).hasSize(62);
    assertThat(socket.addresses()).filteredOn(held -> held.device() == bridge && held.address().getAddress().length == 4).hasSize(200);
  }

  @Test
  void a_process_that_is_gone_has_no_namespace() throws Exception {
    guest.destroyForcibly().waitFor();
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> NetworkNamespace.of(guest.pid())).withMessageContaining("process " + guest.pid());
  }
}
