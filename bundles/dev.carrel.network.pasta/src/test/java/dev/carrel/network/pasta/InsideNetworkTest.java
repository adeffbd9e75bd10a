package dev.carrel.network.pasta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.network.Addresses;
import org.junit.jupiter.api.Test;

class InsideNetworkTest {
  private static final String TRIE = """
      Main:
        +-- 0.0.0.0/0 3 0 5
           |-- 0.0.0.0
              /0 universe UNICAST
           +-- 10.77.0.0/24 2 0 2
              |-- 10.77.0.0
                 /24 link UNICAST
              |-- 10.77.0.2
                 /32 host LOCAL
              |-- 10.77.0.255
                 /32 link BROADCAST
           +-- 127.0.0.0/8 2 0 2
              |-- 127.0.0.1
                 /32 host LOCAL
      Local:
              |-- 10.77.0.2
                 /32 host LOCAL
      """;
  private static final String ROUTE = """
      Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
      eth0\t00000000\t01004D0A\t0003\t0\t0\t0\t00000000\t0\t0\t0
      eth0\t00004D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
      """;
  private static final String INET6 = """
      00000000000000000000000000000001 01 80 10 80       lo
      fd770000000000000000000000000002 02 40 00 82     eth0
      fe8000000000000048b3c7fffe87382f 02 40 20 80     eth0
      """;
  private static final String ROUTE6 = """
      fd770000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
      00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd770000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
      00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
      """;

  @Test
  void it_is_read_from_what_the_kernel_tells_of_the_namespace() {
    InsideNetwork network = InsideNetwork.parse(TRIE, ROUTE, INET6, ROUTE6);
    assertThat(network.addresses()).containsExactly(Addresses.parse("10.77.0.2"), Addresses.parse("fd77::2"));
    assertThat(network.gateways()).containsExactly(Addresses.parse("10.77.0.1"), Addresses.parse("fd77::1"));
  }

  @Test
  void of_a_process_that_is_gone_there_is_nothing() {
    InsideNetwork network = InsideNetwork.of(Integer.MAX_VALUE);
    assertThat(network.addresses()).isEmpty();
    assertThat(network.gateways()).isEmpty();
  }
}
