package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Join;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkLineTest {
  private static WorkplaceRequest run(String... words) {
    return WorkplaceOptions.RUN.parse("run", words, false).request(Stdio.inherit(), word -> 77);
  }

  private static NetworkSpec.Attached attached(String... words) {
    return (NetworkSpec.Attached) run(words).network();
  }

  private static String refusal(String... words) {
    CarrelException refused = catchThrowableOfType(CarrelException.class, () -> run(words));
    assertThat(refused).as(String.join(" ", words)).isNotNull();
    assertThat(refused.kind()).isEqualTo(CarrelException.Kind.USAGE);
    return refused.getMessage();
  }

  @Test
  void network_alone_is_the_private_one_and_takes_no_word_of_the_command() {
    WorkplaceRequest request = run("--network", "make", "--network", "test");
    assertThat(request.network()).isEqualTo(new NetworkSpec.Attached(Optional.empty(), NetworkOptions.none()));
    assertThat(request.command()).containsExactly("make", "--network", "test");
    assertThat(request.namespaces()).contains(Namespace.NETWORK);
    assertThat(run("--network", "--", "--x").command()).containsExactly("--x");
    assertThat(attached("--network=private", "true").network()).isEmpty();
    assertThat(WorkplaceOptions.SHELL.parse("shell", new String[] {"jq", "--network", "hello", "--", "--network"}, false)
        .request(Stdio.inherit(), word -> 0).command()).containsExactly("--network");
  }

  @Test
  void the_last_word_on_the_network_counts() {
    assertThat(run("--network", "--network=host", "true").network()).isEqualTo(NetworkSpec.HOST);
    assertThat(run("-N", "--network", "true").network()).isInstanceOf(NetworkSpec.Attached.class);
    assertThat(attached("--network=host", "--network=front", "true").network()).contains("front");
  }

  @Test
  void an_option_of_an_interface_means_a_private_network() {
    assertThat(attached("--publish=80:80", "true").network()).isEmpty();
    assertThat(attached("--deny-net", "true").options().firewall().orElseThrow().allowed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "8080:80, 8080:80/tcp", "53:53/udp, 53:53/udp", "127.0.0.1:8080:80, 127.0.0.1:8080:80/tcp", "[::1]:8080:80/tcp, [::1]:8080:80/tcp",
    "80, 80:80/tcp", "0:80, 0:80/tcp", ":8080:80, 8080:80/tcp"})
  void a_port_is_published_as_it_is_written(String text, String meant) {
    assertThat(attached("--publish=" + text, "true").options().published()).singleElement().hasToString(meant);
  }

  @Test
  void ranges_have_as_many_ports_on_both_sides() {
    assertThat(attached("--publish=8000-8002:80-82", "true").options().published()).extracting(Object::toString)
        .containsExactly("8000:80/tcp", "8001:81/tcp", "8002:82/tcp");
    assertThat(refusal("--publish=8000-8002:80-81", "true")).contains("as many ports");
    assertThat(refusal("--publish=8002-8000:80-82", "true")).contains("from the lower to the higher");
    assertThat(refusal("--publish=1-60000:1-60000", "true")).contains("at most 1000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "80:", ":80:", "80:80/sctp", "65536:80", "80:0", "example.org:80:80", "::1:80:80", "1.2.3:80:80", "80:80:80:80"})
  void what_is_no_port_is_refused(String text) {
    assertThat(refusal("--publish=" + text, "true")).contains("--publish");
  }

  @ParameterizedTest
  @CsvSource({"10.7.0.0/24, 10.7.0.0/24", "10.7.0.9:443, 10.7.0.9/32:443", "10.7.0.0/24:53/udp, 10.7.0.0/24:53/udp", "fd00::/64, fd00::/64",
      "[fd00::/64]:443/tcp, [fd00::/64]:443/tcp", "fd00::5, fd00::5/128"})
  void a_destination_is_allowed_as_it_is_written(String text, String meant) {
    assertThat(attached("--allow-net=" + text, "true").options().firewall().orElseThrow().allowed()).singleElement().hasToString(meant);
  }

  @ParameterizedTest
  @CsvSource({"10mbit, 10000000", "500kbit, 500000", "1G, 1000000000", "64000, 64000"})
  void a_rate_is_in_bits_per_second(String text, long bits) {
    assertThat(attached("--egress=" + text, "true").options().egress()).hasValue(bits);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--egress=fast", "--egress=10mb/s", "--mtu=x", "--ip=here", "--ip=10.7.0.0/24", "--mac=1", "--dns=x",
      "--allow-net=x", "--allow-net=10.7.0.1/24", "--allow-net=10.7.0.0/24:0", "--network=", "--network=a b", "--network=../x", "--network=join:"})
  void what_makes_no_sense_is_refused_with_the_option(String option) {
    assertThat(refusal(option, "true")).contains(option.substring(0, option.indexOf('=')));
  }

  @Test
  void what_no_network_can_do_is_refused_with_the_option() {
    assertThat(refusal("--egress=1bit", "true")).contains("--egress=1bit: ", "8 kbit");
    assertThat(refusal("--mtu=12", "true")).contains("--mtu=12: ", "from 1280 to 65535");
    assertThat(refusal("--dns=10.7.0.1", "--dns=10.7.0.2", "--dns=10.7.0.3", "--dns=10.7.0.4", "true")).contains("--dns=10.7.0.4: ", "at most 3");
    assertThat(refusal("--ip=10.7.0.2", "--ip=10.7.0.3", "true")).contains("--ip=10.7.0.3: ", "at most one address of IPv4");
    assertThat(refusal("--publish=80:80", "--publish=80:81", "true")).contains("--publish=80:81: ", "published twice");
  }

  @Test
  void what_is_about_an_interface_needs_one() {
    for (String network : List.of("none", "host", "join:web")) {
      assertThat(refusal("--network=" + network, "--publish=80:80", "true")).contains("--publish", "--network=" + network);
    }
    assertThat(refusal("--network", "--join=net:5", "true")).contains("--join");
    assertThat(refusal("--network", "--namespaces=all,-net", "true")).contains("--namespaces");
  }

  @Test
  void the_network_of_another_container_is_joined() {
    WorkplaceRequest request = run("--network=join:web", "true");
    assertThat(request.network()).isEqualTo(NetworkSpec.JOINED);
    assertThat(request.joins()).containsExactly(new Join(Namespace.NETWORK, 77));
    assertThat(request.namespaces()).doesNotContain(Namespace.NETWORK);
  }
}
