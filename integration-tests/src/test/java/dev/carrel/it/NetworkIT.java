package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Private networks of root, with real traffic between hosts and containers. */
@Tag(User.ROOT)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NetworkIT {
  private static NetworkLab lab;

  @BeforeAll
  static void makeHosts(@TempDir Path directory) throws Exception {
    assumeTrue(NetworkLab.possible(), "needs root, iproute2, nftables and python3, and a kernel with veth and nf_tables");
    lab = new NetworkLab(directory);
    lab.serveOutside(7000);
    lab.serve("web", "--publish=8080:80", "--publish=8081:80/udp", "--publish=0:80");
    lab.wait("other", "--network", "--hostname=otherhost");
  }

  @AfterAll
  static void end() {
    if (lab != null) {
      lab.close();
    }
  }

  private static JsonObject inspect(String name) {
    JsonArray all = JsonParser.parseString(lab.carrel("inspect", name).says()).getAsJsonArray();
    return all.get(0).getAsJsonObject().getAsJsonObject("network");
  }

  private static String address(String name, int index) {
    return inspect(name).getAsJsonArray("addresses").get(index).getAsString();
  }

  private static void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).as(result.err()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words);
  }

  @Test
  @Order(1)
  void containers_on_a_network_reach_each_other_by_name_and_both_families() {
    assertThat(lab.askFrom("other", "tcp,web,80", "udp,web,80", "tcp," + address("web", 0) + ",80", "tcp," + address("web", 1) + ",80"))
        .containsExactly("tcp from " + address("other", 0), "udp from " + address("other", 0), "tcp from " + address("other", 0),
            "tcp from " + address("other", 1));
  }

  @Test
  @Order(2)
  void the_outside_sees_the_host_and_no_container() {
    assertThat(lab.askFrom("other", "tcp," + NetworkLab.OUTSIDE + ",7000", "udp," + NetworkLab.OUTSIDE + ",7000",
        "tcp," + NetworkLab.OUTSIDE6 + ",7000"))
        .containsExactly("tcp from " + NetworkLab.HOST, "udp from " + NetworkLab.HOST, "tcp from " + NetworkLab.HOST6);
  }

  @Test
  @Order(2)
  void who_is_on_a_network_keeps_to_its_limits() {
    assumeTrue(lab.carrel("doctor").run().out().lines().anyMatch(line -> line.startsWith("ok") && line.contains("control groups") && line.contains("pids")),
        "needs control groups with pids");
    assertThat(lab.carrel("run", "--no-cwd", "--network", "--pids=5", "--", "sh", "-c", "for i in 1 2 3 4 5 6 7; do sleep 1 & done; wait").run().err())
        .containsIgnoringCase("cannot fork");
  }

  @Test
  @Order(3)
  void a_published_port_is_reached_from_outside_from_the_host_and_from_other_containers() {
    assertThat(lab.askFromOutside("tcp," + NetworkLab.HOST + ",8080", "udp," + NetworkLab.HOST + ",8081", "tcp," + NetworkLab.HOST6 + ",8080"))
        .containsExactly("tcp from " + NetworkLab.OUTSIDE, "udp from " + NetworkLab.OUTSIDE, "tcp from " + NetworkLab.OUTSIDE6);
    assertThat(lab.askFromHost("tcp,127.0.0.1,8080", "udp,127.0.0.1,8081", "tcp," + NetworkLab.HOST + ",8080")).noneMatch("no answer"::equals);
    assertThat(lab.askFrom("other", "tcp," + NetworkLab.HOST + ",8080")).noneMatch("no answer"::equals);
    assertThat(lab.askFromHost("!tcp,127.0.0.1,8081", "!tcp,::1,8080")).containsOnly("no answer");
  }

  @Test
  @Order(3)
  void port_0_is_one_that_is_chosen_and_shown() {
    String port = inspect("web").getAsJsonArray("published").get(2).getAsString();
    assertThat(port).matches("[1-9][0-9]+:80/tcp");
    assertThat(lab.askFromHost("tcp,127.0.0.1," + port.split(":")[0])).noneMatch("no answer"::equals);
  }

  @Test
  @Order(3)
  void a_port_that_is_taken_is_refused_and_nothing_is_left() throws Exception {
    lab.carrel("clean").says(); // of who ended just before
    List<String> leases = lab.leases();
    refused(lab.carrel("run", "--publish=8080:80", "--", "true").run(), "8080/tcp", "leads to container");
    lab.listenOnHost(9000, NetworkLab.PYTHON, "-m", "http.server", "9000");
    refused(lab.carrel("run", "--publish=9000:80", "--", "true").run(), "9000/tcp", "a program of the host listens there");
    refused(lab.carrel("run", "--publish=198.51.100.7:9001:80", "--", "true").run(), "the host has no such address");
    refused(lab.carrel("run", "--publish=[::1]:9001:80", "--", "true").run(), "[::1]:9001", "Use 127.0.0.1");
    assertThat(lab.leases()).containsExactlyInAnyOrderElementsOf(leases);
  }

  @Test
  @Order(3)
  void a_port_of_one_address_is_reached_by_that_alone() throws Exception {
    lab.serve("local", "--publish=127.0.0.1:8085:80", "--publish=[" + NetworkLab.HOST6 + "]:8086:80");
    assertThat(lab.askFromHost("tcp,127.0.0.1,8085")).noneMatch("no answer"::equals);
    assertThat(lab.askFromOutside("!tcp," + NetworkLab.HOST + ",8085", "tcp," + NetworkLab.HOST6 + ",8086", "!tcp," + NetworkLab.HOST + ",8086"))
        .containsExactly("no answer", "tcp from " + NetworkLab.OUTSIDE6, "no answer");
    lab.carrel("stop", "local").says();
    assertThat(lab.onHost("nft", "list", "ruleset")).doesNotContain("8085", "8086");
  }

  @Test
  @Order(3)
  void what_one_that_has_ended_by_itself_was_given_is_free_as_soon_as_somebody_sees_that() throws Exception {
    List<String> leases = lab.leases();
    for (List<String> seeing : List.of(List.of("list", "--all"), List.of("inspect", "brief"), List.of("wait", "brief"))) {
      lab.wait("brief", "--publish=8087:80");
      Carrel sees = lab.carrel(seeing.toArray(new String[0]));
      if (seeing.contains("wait")) { // which begins before
        Process waits = sees.start(lab.state().resolve("waited"));
        endUnseen("brief");
        assertThat(waits.waitFor()).isEqualTo(137);
      } else {
        endUnseen("brief");
        assertThat(lab.onHost("nft", "list", "ruleset")).contains("8087");
        sees.says();
      }
      assertThat(lab.onHost("nft", "list", "ruleset")).as(seeing.toString()).doesNotContain("8087");
      assertThat(lab.leases()).containsExactlyInAnyOrderElementsOf(leases);
      lab.carrel("remove", "brief").says();
    }
    lab.wait("brief", "--publish=8087:80");
    endUnseen("brief");
    lab.carrel("run", "--no-cwd", "--publish=8087:80", "--", "true").says(); // who wants it gets it
    lab.carrel("remove", "brief").says();
  }

  /** As by an error of its own: no Carrel is there to see it. */
  private static void endUnseen(String name) throws Exception {
    String pid = JsonParser.parseString(lab.carrel("inspect", name).says()).getAsJsonArray().get(0).getAsJsonObject().get("pid").getAsString();
    ProcessHandle first = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    first.destroyForcibly();
    first.onExit().get(1, TimeUnit.MINUTES);
  }

  @Test
  @Order(3)
  void a_plan_makes_no_network_and_doctor_tells_which_there_can_be(@TempDir Path fresh) {
    Path state = fresh.resolve("state");
    assertThat(lab.carrel("plan", "run", "--network", "--", "true").withVariable("CARREL_STATE", state.toString()).says())
        .contains(state.resolve("networks/veth/hosts").toString(), "/etc/resolv.conf");
    assertThat(state).doesNotExist();
    assertThat(lab.carrel("doctor").run().out().lines().filter(line -> line.contains("network veth"))).hasSize(1);
  }

  @Test
  @Order(4)
  void who_is_outside_reaches_only_what_is_published() {
    String web = address("web", 0);
    assertThat(Host.can(lab.hostLine("sysctl", "-q", "net.ipv4.ip_forward").toArray(new String[0]))).isTrue();
    lab.addOutsideRoute(web + "/32");
    assertThat(lab.askFromOutside("!tcp," + web + ",80")).containsExactly("no answer");
  }

  @Test
  @Order(5)
  void a_firewall_lets_out_what_it_names_and_answers_come_in() throws Exception {
    lab.serve("guarded", "--allow-net=" + NetworkLab.OUTSIDE + ":7000/tcp", "--publish=8090:80");
    assertThat(lab.askFrom("guarded", "tcp," + NetworkLab.OUTSIDE + ",7000", "!udp," + NetworkLab.OUTSIDE + ",7000",
        "!tcp," + NetworkLab.OUTSIDE6 + ",7000", "!tcp,web,80", "!tcp," + NetworkLab.HOST + ",8080"))
        .containsExactly("tcp from " + NetworkLab.HOST, "no answer", "no answer", "no answer", "no answer");
    assertThat(lab.askFrom("other", "tcp,guarded,80")).containsExactly("tcp from " + address("other", 0));
    assertThat(lab.askFromOutside("tcp," + NetworkLab.HOST + ",8090")).containsExactly("tcp from " + NetworkLab.OUTSIDE);
    lab.carrel("stop", "guarded").says();
  }

  @Test
  @Order(5)
  void another_address_does_not_get_past_a_firewall() throws Exception {
    String gateway = inspect("web").getAsJsonArray("gateways").get(0).getAsString();
    String other = gateway.replaceFirst("1$", "250");
    String ask = "import socket,sys\ns=socket.socket(); s.settimeout(int(sys.argv[2])); s.bind((sys.argv[1],0))\ntry:\n s.connect(('" + gateway
        + "',8080)); print(s.recv(9)[:3].decode())\nexcept OSError: print('no answer')\n";
    String script = "ip addr add " + other + "/22 dev eth0; own=$(hostname -I | cut -d' ' -f1); printf '%s' \"$ASK\" > /tmp/ask.py; "
        + NetworkLab.PYTHON + " /tmp/ask.py $own 60; " + NetworkLab.PYTHON + " /tmp/ask.py " + other + " ";
    List<String> line = List.of("run", "--allow-net=" + gateway.replaceFirst("1$", "0") + "/22", "--cap-add=NET_ADMIN", "--no-cwd", "--env=ASK=" + ask, "--", "sh",
        "-c", script + "1");
    assertThat(lab.carrel(line.toArray(new String[0])).says()).isEqualTo("tcp\nno answer\n");
    List<String> without = new ArrayList<>(line);
    without.set(1, "--network");
    without.set(without.size() - 1, script + "60");
    assertThat(lab.carrel(without.toArray(new String[0])).says()).isEqualTo("tcp\ntcp\n");
  }

  @Test
  @Order(5)
  void loopback_services_of_the_host_are_out_of_reach() throws Exception {
    lab.listenOnHost(9100, NetworkLab.PYTHON, "-m", "http.server", "--bind", "127.0.0.1", "9100");
    String gateway = inspect("web").getAsJsonArray("gateways").get(0).getAsString();
    String script = "ip addr del 127.0.0.1/8 dev lo; ip route add 127.0.0.0/8 via " + gateway + "; echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet; "
        + NetworkLab.PYTHON + " /lab/ask.py '!tcp,127.0.0.1,9100' '!tcp," + gateway + ",9100'";
    assertThat(lab.carrel("run", "--network", "--cap-add=NET_ADMIN", "--weak=kernel-files", "--no-cwd", "--expose=" + lab.state().getParent() + "=/lab", "--",
        "sh", "-c", script).says()).isEqualTo("no answer\nno answer\n");
  }

  @Test
  @Order(6)
  void networks_are_isolated_from_each_other_and_an_internal_one_from_all() throws Exception {
    lab.carrel("network", "create", "--subnet=10.7.0.0/24", "front").says();
    lab.carrel("network", "create", "--internal", "back").says();
    lab.serve("a", "--network=front");
    lab.serve("b", "--network=back");
    lab.wait("c", "--network=back");

    assertThat(lab.askFrom("a", "tcp," + NetworkLab.OUTSIDE + ",7000", "!tcp,b,80", "!tcp," + address("b", 0) + ",80", "!tcp," + address("web", 0) + ",80"))
        .containsExactly("tcp from " + NetworkLab.HOST, "no answer", "no answer", "no answer");
    assertThat(lab.askFrom("c", "tcp,b,80", "!tcp," + NetworkLab.OUTSIDE + ",7000", "!tcp," + address("a", 0) + ",80"))
        .containsExactly("tcp from " + address("c", 0), "no answer", "no answer");
    assertThat(address("a", 0)).startsWith("10.7.0.");
    refused(lab.carrel("run", "--network=back", "--publish=80:80", "--", "true").run(), "back", "internal");
    refused(lab.carrel("network", "remove", "back").run(), "back", "attached to it are containers");
    refused(lab.carrel("network", "create", "front").run(), "front", "there already");
    refused(lab.carrel("network", "create", "--subnet=10.7.0.128/25", "third").run(), "the host has a route to 10.7.0.0/24");
    refused(lab.carrel("network", "remove", "fornt").run(), "did you mean front?");
    lab.carrel("stop", "a", "b", "c").says();
    lab.carrel("network", "remove", "front", "back").says();
    assertThat(lab.carrel("network", "list").says()).contains("veth").doesNotContain("front", "back");
  }

  @Test
  @Order(7)
  void names_come_and_go_for_who_runs_already() throws Exception {
    lab.serve("late", "--network", "--hostname=latehost");
    assertThat(lab.askFrom("other", "tcp,late,80", "tcp,latehost,80")).noneMatch("no answer"::equals);
    lab.carrel("stop", "late").says();
    lab.carrel("run", "--network", "--", "true").says(); // as each start does
    assertThat(lab.askFrom("other", "!tcp,late,80", "tcp,web,80")).containsExactly("no answer", "tcp from " + address("other", 0));
  }

  @Test
  @Order(8)
  void addresses_mtu_and_name_servers_are_as_wanted() {
    String seen = lab.carrel("run", "--network=veth", "--ip=" + address("web", 0).replaceFirst("[0-9]+$", "251"), "--mac=02:00:00:00:00:07", "--mtu=1400",
        "--dns=192.0.2.53", "--no-cwd", "--", "sh", "-c", "ip -o addr show eth0; ip link show eth0; cat /etc/resolv.conf").says();
    assertThat(seen).contains(".251/", "mtu 1400", "02:00:00:00:00:07", "nameserver 192.0.2.53\n");
    refused(lab.carrel("run", "--ip=" + address("web", 0), "--", "true").run(), address("web", 0) + " is taken");
    refused(lab.carrel("run", "--ip=192.0.2.9", "--", "true").run(), "192.0.2.9", "whose addresses are in");
  }

  @Test
  @Order(9)
  void what_a_container_sends_is_held_to_its_rate() throws Exception {
    assumeTrue(Host.can("iperf3", "--version"), "needs iperf3");
    lab.listenOnHost(5201, "iperf3", "-s");
    String gateway = inspect("web").getAsJsonArray("gateways").get(0).getAsString();
    String report = lab.carrel("run", "--egress=20mbit", "--no-cwd", "--", "iperf3", "-J", "-t", "3", "-O", "1", "-c", gateway).says();
    double rate = JsonParser.parseString(report).getAsJsonObject().getAsJsonObject("end").getAsJsonObject("sum_received").get("bits_per_second")
        .getAsDouble();
    assertThat(rate).isBetween(16e6, 22e6);
  }

  @Test
  @Order(10)
  void a_container_can_share_the_network_of_another() {
    assertThat(lab.carrel("run", "--network=join:web", "--no-cwd", "--expose=" + lab.state().getParent() + "=/lab", "--", NetworkLab.PYTHON, "/lab/ask.py",
        "tcp,127.0.0.1,80").says()).isEqualTo("tcp from 127.0.0.1\n");
    assertThat(lab.carrel("run", "--network=join:web", "--no-cwd", "--", "cat", "/etc/resolv.conf").says()).as("as web's --dns")
        .isEqualTo("nameserver " + NetworkLab.OUTSIDE + "\n");
    refused(lab.carrel("run", "--network=join:web", "--publish=1:1", "--", "true").run(), "--publish");
  }

  @Test
  @Order(11)
  void a_network_or_a_provider_that_is_not_there_is_refused() {
    refused(lab.carrel("run", "--network=macvlan", "--", "true").run(), "'macvlan'", "carrel network create macvlan");
  }

  private static String inAnotherJvm(Class<?> main, String... arguments) {
    List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), main.getName(), Checkout.underTest().distribution().toString()));
    line.addAll(List.of(arguments));
    return lab.onHostWithState(line.toArray(new String[0]));
  }

  @Test
  @Order(11)
  void who_starts_on_a_network_that_is_removed_meanwhile_is_told_so_and_leaves_nothing() throws Exception {
    lab.carrel("clean").says(); // of who ended just before
    List<String> leases = lab.leases();
    List<String> devices = lab.devices();
    String rules = lab.onHost("nft", "list", "ruleset");

    assertThat(inAnotherJvm(NetworkRemovals.class).lines()).hasSize(2).allSatisfy(said -> assertThat(said)
        .contains("the network passing was removed while", "carrel network create passing"));
    lab.awaitDevices(devices);
    assertThat(lab.devices()).containsExactlyInAnyOrderElementsOf(devices);
    assertThat(lab.leases()).containsExactlyInAnyOrderElementsOf(leases);
    assertThat(lab.onHost("nft", "list", "ruleset")).isEqualTo(rules);
    assertThat(lab.carrel("clean").says()).isEmpty();
  }

  /** More with {@code -Dcarrel.network.starts=1000}. */
  @Test
  @Order(12)
  void many_start_at_once_and_nothing_of_them_is_left() throws Exception {
    lab.carrel("clean").says(); // of who ended just before
    List<String> leases = lab.leases();
    List<String> devices = lab.devices();
    assertThat(inAnotherJvm(NetworkStarts.class, System.getProperty("carrel.network.starts", "100"), "50")).endsWith("all started");
    lab.carrel("clean").says();

    assertThat(lab.leases()).containsExactlyInAnyOrderElementsOf(leases);
    lab.awaitDevices(devices);
    assertThat(lab.devices()).containsExactlyInAnyOrderElementsOf(devices);
    assertThat(lab.carrel("exec", "other", "--", "cat", "/etc/hosts").says()).doesNotContain("name0", "name4");
    assertThat(lab.onHost("nft", "list", "ruleset").lines().filter(line -> line.contains(" . 80"))).hasSize(6); // web's three, of both families
  }

  @Test
  @Order(20)
  void a_carrel_that_is_killed_leaves_nothing_after_the_next_start() throws Exception {
    lab.carrel("clean").says(); // of who ended just before
    List<String> leases = lab.leases();
    List<String> devices = lab.devices();
    Traces before = Traces.now();
    for (int i = 0; i < 6; i++) {
      Process process = lab.carrel("run", "--name=killed", "--publish=8100:80", "--allow-net=10.0.0.0/8", "--", "sleep", "4321")
          .start(lab.state().resolveSibling("out"));
      process.waitFor(120 + 60L * i, TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
    }
    before.awaitNothingNew(); // until then a port is taken by one that is ending
    lab.carrel("run", "--publish=8100:80", "--", "true").says();
    lab.carrel("clean").says();

    assertThat(lab.leases()).containsExactlyInAnyOrderElementsOf(leases);
    lab.awaitDevices(devices);
    assertThat(lab.devices()).containsExactlyInAnyOrderElementsOf(devices);
    assertThat(lab.onHost("nft", "list", "ruleset")).doesNotContain("8100", "guard_");
  }

  @Test
  @Order(99)
  void with_the_last_network_everything_on_the_host_is_as_it_was() throws Exception {
    assertThat(lab.onHost("sysctl", "-n", "net.ipv4.ip_forward")).isEqualTo("1");
    lab.carrel("stop", "web", "other").says();
    assertThat(lab.carrel("clean").says()).contains("removed the private network");

    assertThat(lab.devices()).isEmpty();
    assertThat(lab.onHost("nft", "list", "ruleset")).isEmpty();
    assertThat(lab.leases()).isEmpty();
    assertThat(lab.onHost("sysctl", "-n", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding")).isEqualTo("0\n0");
  }
}
