package dev.carrel.network.veth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Subnet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PoolsTest {
  private static final Subnet OWN = Subnet.parse("fd12:3456:7800::/48");

  private static Pools pools(String given) {
    return Pools.of(given.isEmpty() ? Map.of() : Map.of(Pools.VARIABLE, given), OWN);
  }

  @Test
  void what_is_configured_counts_where_the_variable_says_nothing() {
    String[] pools = {"10.250.0.0/16", "fd12::/48"};
    assertThat(Pools.configured(Map.of(), pools)).containsEntry(Pools.VARIABLE, "10.250.0.0/16,fd12::/48");
    assertThat(Pools.configured(Map.of(), List.of(pools))).containsEntry(Pools.VARIABLE, "10.250.0.0/16,fd12::/48");
    assertThat(Pools.configured(Map.of(Pools.VARIABLE, "10.1.0.0/16"), pools)).containsEntry(Pools.VARIABLE, "10.1.0.0/16");
    assertThat(Pools.configured(Map.of("HOME", "/"), null)).containsOnlyKeys("HOME");
  }

  @Test
  void a_network_gets_the_first_part_that_nobody_routes() {
    assertThat(pools("").freeIpv4(List.of())).hasToString("10.89.0.0/22");
    assertThat(pools("").freeIpv4(List.of(Subnet.parse("10.89.0.0/22"), Subnet.parse("10.89.4.9/32")))).hasToString("10.89.8.0/22");
    assertThat(pools("").freeIpv4(List.of(Subnet.parse("10.0.0.0/8")))).hasToString("172.29.0.0/22");
    assertThat(pools("").freeIpv6(List.of(Subnet.parse("fd12:3456:7800::/64")))).hasToString("fd12:3456:7800:1::/64");
  }

  @Test
  void pools_are_as_the_user_says() {
    assertThat(pools("10.250.0.0/28, fd77::/60").freeIpv4(List.of())).hasToString("10.250.0.0/28");
    assertThat(pools("10.250.0.0/28, fd77::/60").freeIpv6(List.of())).hasToString("fd77::/64");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> pools("10.250.0.0")).withMessageContaining("CARREL_NETWORK_POOLS=10.250.0.0");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> pools("rubbish")).withMessageContaining("rubbish");
  }

  @Test
  void where_all_is_taken_the_user_hears_what_to_do() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> pools("10.250.0.0/28").freeIpv4(List.of(Subnet.parse("10.250.0.0/16"))))
        .withMessageContaining("10.250.0.0/28").withMessageContaining("--subnet");
  }

  @Test
  void the_own_pool_of_ipv6_is_by_chance() {
    assertThat(Pools.ownIpv6()).isNotEqualTo(Pools.ownIpv6());
    assertThat(Subnet.parse("fd00::/8").overlaps(Pools.ownIpv6())).isTrue();
  }
}
