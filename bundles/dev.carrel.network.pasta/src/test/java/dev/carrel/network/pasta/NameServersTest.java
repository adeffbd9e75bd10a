package dev.carrel.network.pasta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.network.Addresses;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NameServersTest {
  @Test
  void a_server_on_the_hosts_loopback_is_replaced_by_one_that_stands_for_it() {
    NameServers host = NameServers.parse("# by systemd-resolved\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.test\n");
    assertThat(host.areTheHostsOwn()).isTrue();
    assertThat(host.standingIn(Optional.of(Addresses.parse("169.254.1.1"))).text())
        .isEqualTo("nameserver 169.254.1.1\noptions edns0 trust-ad\nsearch example.test\n");
  }

  @Test
  void servers_elsewhere_stay_and_others_on_the_loopback_are_left_out() {
    NameServers host = NameServers.parse("nameserver 10.77.0.1\nnameserver 127.0.0.1\nnameserver fd77::1\nnameserver ::1\n");
    assertThat(host.areTheHostsOwn()).isFalse();
    assertThat(host.standingIn(Optional.empty()).text()).isEqualTo("nameserver 10.77.0.1\nnameserver fd77::1\n");
  }

  @Test
  void several_on_the_loopback_are_replaced_by_one() {
    assertThat(NameServers.parse("nameserver 127.0.0.1\nnameserver 127.0.0.2\n").standingIn(Optional.of(Addresses.parse("169.254.1.1"))).text())
        .isEqualTo("nameserver 169.254.1.1\n");
  }

  @Test
  void servers_of_the_users_choice_take_the_place_of_all() {
    assertThat(NameServers.parse("nameserver 127.0.0.53\nsearch example.test\n").withServers(List.of(Addresses.parse("10.9.9.9"))).text())
        .isEqualTo("nameserver 10.9.9.9\nsearch example.test\n");
  }

  @Test
  void a_server_of_one_interface_and_what_is_no_address_are_left_out() {
    assertThat(NameServers.parse("nameserver fe80::1%eth0\nnameserver dns.example\nnameserver\n\nnameserver\t10.0.0.1\n").text())
        .isEqualTo("nameserver 10.0.0.1\n");
  }
}
