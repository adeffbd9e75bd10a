package dev.carrel.api.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubnetTest {
  @ParameterizedTest
  @ValueSource(strings = {"10.7.0.0/24", "0.0.0.0/0", "192.0.2.7/32", "fd00::/8", "2001:db8:0:1::/64", "::1/128"})
  void is_written_as_it_was_read(String text) {
    assertThat(Subnet.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.7.0.1/24", "10.7.0.0/33", "10.7.0.0/", "10.7.0.0/-1", "10.7.0/24", "10.7.0.256", "example.org", "", "/24", "fd00::1/64",
      "fd00::/129", "10.7.0.0/24 ", "::ffff:x"})
  void what_is_no_subnet_is_refused_and_no_name_looked_up(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Subnet.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "10.7.0.0/24, 10.7.0.128/25, true", "10.7.0.128/25, 10.7.0.0/24, true", "10.7.0.0/24, 10.7.1.0/24, false", "0.0.0.0/0, 10.7.0.0/24, true",
    "::/0, 10.7.0.0/24, false", "fd00::/64, fd00:0:0:0:1::/80, true", "fd00::/64, fd00:0:0:1::/64, false"})
  void two_overlap_if_an_address_is_in_both(String one, String other, boolean overlap) {
    assertThat(Subnet.parse(one).overlaps(Subnet.parse(other))).isEqualTo(overlap);
  }

  @ParameterizedTest
  @CsvSource({"10.7.0.0/24, 0, 10.7.0.0", "10.7.0.0/22, 1000, 10.7.3.232", "200.0.0.0/8, 16777215, 200.255.255.255", "fd00::/64, 258, fd00::102",
      "::/64, 1, ::1"})
  void has_addresses_by_number(String subnet, long index, String address) {
    assertThat(Addresses.text(Subnet.parse(subnet).at(index))).isEqualTo(address);
  }

  @Test
  void has_no_address_behind_its_last() {
    assertThatIllegalArgumentException().isThrownBy(() -> Subnet.parse("10.7.0.0/24").at(256)).withMessageContaining("no address 256");
    assertThatIllegalArgumentException().isThrownBy(() -> Subnet.parse("10.7.0.0/24").at(-1));
  }

  @ParameterizedTest
  @CsvSource({"2001:db8:0:0:0:0:0:1, 2001:db8::1", "2001:0:0:1:0:0:0:1, 2001:0:0:1::1", "0:0:0:0:0:0:0:0, ::", "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
      "fe80:0:0:0:0:0:0:0, fe80::"})
  void addresses_of_ipv6_are_written_as_rfc_5952_says(String text, String written) {
    assertThat(Addresses.text(Addresses.parse(text))).isEqualTo(written);
  }

  @Test
  void a_name_of_a_network_says_nothing_else() {
    for (String word : List.of("none", "host", "private", "join", "", "a b", "-a", ".a", "a/b", "..", "a\n", "x".repeat(33))) {
      assertThatIllegalArgumentException().as(word).isThrownBy(() -> new NetworkDefinition(word, List.of(), false));
    }
    assertThat(new NetworkDefinition("front-1.x", List.of(Subnet.parse("10.7.0.0/24"), Subnet.parse("fd00::/64")), true).subnets()).hasSize(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NetworkDefinition("a", List.of(Subnet.parse("10.7.0.0/24"), Subnet.parse("10.8.0.0/24")), false));
    assertThatIllegalArgumentException().isThrownBy(() -> new NetworkDefinition("a", List.of(Subnet.parse("10.7.0.0/30")), false))
        .withMessageContaining("too small");
  }

  @Test
  void a_port_is_published_once() {
    PublishedPort port = new PublishedPort(Optional.empty(), 80, 8080, PortProtocol.TCP);
    assertThatIllegalArgumentException().isThrownBy(() -> published(port, new PublishedPort(Optional.empty(), 80, 81, PortProtocol.TCP)))
        .withMessageContaining("80/tcp is published twice");
    assertThat(published(port, new PublishedPort(Optional.empty(), 80, 8080, PortProtocol.UDP), port.at(0), port.at(0)).published()).hasSize(4);
  }

  private static NetworkOptions published(PublishedPort... ports) {
    return new NetworkOptions(List.of(ports), List.of(), Optional.empty(), OptionalInt.empty(), List.of(), OptionalLong.empty(), Optional.empty());
  }

  @Test
  void a_hardware_address_is_of_one_interface() {
    assertThat(MacAddress.parse("02:00:0A:07:00:02")).hasToString("02:00:0a:07:00:02");
    for (String text : List.of("03:00:00:00:00:01", "00:00:00:00:00:00", "02:00:00:00:00", "02-00-00-00-00-01", "")) {
      assertThatIllegalArgumentException().as(text).isThrownBy(() -> MacAddress.parse(text));
    }
  }
}
