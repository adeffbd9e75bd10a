package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The private network of an ordinary user: real traffic to a host and a world of the tests' own, which root makes. */
@Tag(User.ROOT)
class PrivateNetworkIT {
  private static final int PARALLEL = 20;
  /** Says what answers there, a line each, and asks all at once: arguments address, port, tcp or udp, with a ! where no answer is awaited, and so on. */
  private static final String TALK = """
      import concurrent.futures, socket, sys, time
      def once(address, port, kind, seconds):
          try:
              with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM) as one:
                  one.settimeout(seconds)
                  one.connect((address, int(port)))
                  one.send(b'who')
                  return one.recv(100).decode().strip() or 'nothing: closed'
          except OSError as e:
              return 'nothing: %s' % e
      def talk(address, port, kind):
          end = time.monotonic() + 60
          answer = once(address, port, kind.lstrip('!'), 2)
          while answer.startswith('nothing:') and kind[0] != '!' and time.monotonic() < end: # a packet may be lost
              time.sleep(0.1)
              answer = once(address, port, kind, 2 if kind == 'udp' else 60)
          return answer
      with concurrent.futures.ThreadPoolExecutor(len(sys.argv)) as all:
          for answer in all.map(talk, sys.argv[1::3], sys.argv[2::3], sys.argv[3::3]):
              print(answer)
      """;
  /** Answers once for each who asks at port 80 and 53. */
  private static final String SERVE = """
      import socket, threading
      def tcp(family, address):
          one = socket.socket(family)
          one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
          if family == socket.AF_INET6:
              one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
          one.bind((address, 80))
          one.listen()
          while True:
              peer, who = one.accept()
              try:
                  peer.recv(100)
                  peer.sendall(b'inside tcp')
              except OSError:
                  pass
              peer.close()
      def udp():
          one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          one.bind(('0.0.0.0', 53))
          while True:
              one.sendto(b'inside udp', one.recvfrom(100)[1])
      for each in (lambda: tcp(socket.AF_INET, '0.0.0.0'), lambda: tcp(socket.AF_INET6, '::'), udp):
          threading.Thread(target=each).start()
      print('serving', flush=True)
      """;

  private static NetworkHost host;

  @BeforeAll
  static void there_is_a_host() throws IOException {
    host = NetworkHost.start();
  }

  @Test
  void a_plan_starts_no_helper_and_doctor_names_what_there_is() throws Exception {
    assertThat(host.carrel("plan", "run", "--network", "--publish=18089:80", "--", "true").says()).contains("/etc/resolv.conf");
    assertThat(records()).isEmpty();
    assertThat(helpers()).isZero();
    List<String> found = host.carrel("doctor").run().out().lines().filter(line -> line.contains(" network ")).toList();
    assertThat(found).anyMatch(line -> line.startsWith("ok") && line.contains("network pasta"))
        .anyMatch(line -> line.startsWith("limited") && line.contains("network veth") && line.contains("only root"));
  }

  @AfterAll
  static void it_goes() throws IOException {
    if (host != null) {
      host.close();
    }
  }

  @AfterEach
  void nothing_is_left() throws Exception {
    for (JsonObject container : containers()) {
      host.carrel("stop", "--time=0", container.get("id").getAsString()).run();
    }
    host.carrel("clean").says();
    awaitNothing();
  }

  private static List<JsonObject> containers() {
    List<JsonObject> all = new ArrayList<>();
    JsonParser.parseString(host.carrel("list", "--all", "--json").says()).getAsJsonArray().forEach(one -> all.add(one.getAsJsonObject()));
    return all;
  }

  /** Neither helpers nor guards, nor what is recorded of them. */
  private static void awaitNothing() throws Exception {
    Await.until(() -> "the end of helpers and guards: " + helpers(), () -> helpers() == 0);
    Await.until("the end of their records", () -> records().isEmpty());
  }

  /** Until carrel clean tells of something, once the kernel has taken down the container's first process. */
  private static void awaitCleaned(String what) {
    Await.until("carrel clean to tell of " + what, () -> host.carrel("clean").says().contains(what));
  }

  private static long helpers() {
    return host.processes("carrel-network") + host.processes("pasta") + host.processes("passt.avx2") + host.processes("slirp4netns");
  }

  private static List<Path> records() throws IOException {
    List<Path> records = new ArrayList<>();
    for (String provider : List.of("pasta", "slirp4netns")) {
      if (Files.isDirectory(host.state().resolve(provider))) {
        try (Stream<Path> files = Files.list(host.state().resolve(provider))) {
          files.filter(file -> !file.endsWith("lock")).forEach(records::add);
        }
      }
    }
    return records;
  }

  private static String[] words(List<String> options, String... command) {
    List<String> words = new ArrayList<>(List.of("run", "--no-cwd"));
    words.addAll(options);
    words.add("--");
    words.addAll(List.of(command));
    return words.toArray(new String[0]);
  }

  private static String talks(List<String> options, String address, int port, String kind) {
    return host.carrel(words(options, "python3", "-c", TALK, address, "" + port, kind)).says().strip();
  }

  private static String hostHears(String address, int port, String kind) {
    return host.says("python3", "-c", TALK, address, "" + port, kind);
  }

  /** A detached container that answers at its ports 80 and 53. */
  private static JsonObject serve(String name, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("--detach", "--name=" + name));
    all.addAll(List.of(options));
    host.carrel(words(all, "python3", "-c", SERVE)).says();
    Await.until(name + " to serve", () -> host.carrel("logs", name).says().contains("serving"));
    return inspect(name);
  }

  private static JsonObject inspect(String name) {
    return JsonParser.parseString(host.carrel("inspect", name).says()).getAsJsonArray().get(0).getAsJsonObject();
  }

  private static int published(JsonObject container, int index) {
    String port = container.getAsJsonObject("network").getAsJsonArray("published").get(index).getAsString();
    return Integer.parseInt(port.replaceFirst("^(?:\\[.*\\]:|[0-9.]+:(?=[0-9]+:))?([0-9]+):.*", "$1"));
  }

  @Test
  void an_ordinary_user_reaches_the_world_from_a_container_over_tcp_and_udp() {
    assertThat(talks(List.of("--network"), "10.88.0.1", 7001, "tcp")).isEqualTo("world sees 10.77.0.2");
    assertThat(talks(List.of("--network=pasta"), "10.88.0.1", 7001, "udp")).isEqualTo("world sees 10.77.0.2");
  }

  @Test
  void where_the_host_has_ipv6_the_container_has_it() {
    assertThat(talks(List.of("--network"), "fd88::1", 7001, "tcp")).isEqualTo("world sees fd77::2");
    assertThat(talks(List.of("--network"), "fd88::1", 7001, "udp")).isEqualTo("world sees fd77::2");
  }

  @Test
  void names_are_found_by_the_hosts_resolver_though_that_listens_on_its_loopback_alone() {
    assertThat(host.carrel(words(List.of("--network"), "getent", "ahostsv4", "world.test")).says()).startsWith("10.88.0.1 ");
    assertThat(host.carrel(words(List.of("--network", "--dns=10.9.9.9"), "cat", "/etc/resolv.conf")).says()).isEqualTo("nameserver 10.9.9.9\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--network=pasta", "--network=slirp4netns"})
  void what_listens_on_the_hosts_loopback_alone_is_out_of_reach(String network) {
    assertThat(hostHears("127.0.0.1", 7003, "tcp")).isEqualTo("host sees 127.0.0.1");
    String gateway = network.endsWith("pasta") ? "10.77.0.1" : "10.0.2.2";
    List<String> answers = host.carrel(words(List.of(network), "python3", "-c", TALK, "127.0.0.1", "7003", "!tcp", gateway, "7003", "!tcp",
        "169.254.1.1", "7003", "!tcp", gateway, "7003", "!udp")).says().lines().toList();
    assertThat(answers).hasSize(4).allSatisfy(answer -> assertThat(answer).startsWith("nothing:"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--network=pasta", "--network=slirp4netns"})
  void the_hosts_loopback_is_reached_at_the_gateway_if_that_was_asked_for(String network) {
    String gateway = network.endsWith("pasta") ? "10.77.0.1" : "10.0.2.2";
    Carrel.Result result = host.carrel(words(List.of(network, "--host-loopback"), "python3", "-c", TALK, gateway, "7003", "tcp")).run();
    assertThat(result.out()).as(result.err()).isEqualTo("host sees 127.0.0.1\n");
    assertThat(result.err()).contains("what listens on the host's loopback is reached at " + gateway);
  }

  @Test
  void published_ports_lead_from_the_host_and_from_the_world_to_the_container() throws Exception {
    JsonObject web = serve("web", "--network", "--publish=0:80", "--publish=0:53/udp", "--publish=127.0.0.1:0:80", "--publish=[::1]:0:80");
    int tcp = published(web, 0);
    int udp = published(web, 1);
    assertThat(hostHears("127.0.0.1", tcp, "tcp")).isEqualTo("inside tcp");
    assertThat(hostHears("::1", tcp, "tcp")).isEqualTo("inside tcp");
    assertThat(hostHears("10.77.0.2", tcp, "tcp")).isEqualTo("inside tcp");
    assertThat(host.worldSays("python3", "-c", TALK, "10.77.0.2", "" + tcp, "tcp")).isEqualTo("inside tcp");
    assertThat(host.worldSays("python3", "-c", TALK, "10.77.0.2", "" + udp, "udp")).isEqualTo("inside udp");
    assertThat(host.worldSays("python3", "-c", TALK, "fd77::2", "" + tcp, "tcp")).isEqualTo("inside tcp");
    assertThat(hostHears("127.0.0.1", published(web, 2), "tcp")).isEqualTo("inside tcp");
    assertThat(host.worldSays("python3", "-c", TALK, "10.77.0.2", "" + published(web, 2), "!tcp")).startsWith("nothing:");
    assertThat(hostHears("::1", published(web, 3), "tcp")).isEqualTo("inside tcp");
  }

  @Test
  void ranges_of_ports_are_published_and_what_is_not_published_is_not_reached() throws Exception {
    serve("web", "--network", "--publish=127.0.0.1:18080-18081:80-81");
    assertThat(hostHears("127.0.0.1", 18080, "tcp")).isEqualTo("inside tcp");
    assertThat(hostHears("127.0.0.1", 80, "!tcp")).startsWith("nothing:");
    assertThat(host.carrel("exec", "web", "--", "python3", "-c", TALK, "127.0.0.1", "80", "tcp").says()).isEqualTo("inside tcp\n");
  }

  @Test
  void a_port_that_is_taken_or_roots_is_refused_by_its_number_and_nothing_is_made() throws Exception {
    serve("web", "--network", "--publish=18080:80", "--publish=18053:53/udp");
    Carrel.Result tcp = host.carrel(words(List.of("--network", "--publish=18080:80"), "true")).run();
    assertThat(tcp.status()).isEqualTo(125);
    assertThat(tcp.err()).contains("cannot publish 18080:80/tcp: TCP port 18080 is in use on the host");
    assertThat(host.carrel(words(List.of("--network", "--publish=18053:53/udp"), "true")).run().err()).contains("UDP port 18053 is in use on the host");
    assertThat(host.carrel(words(List.of("--network", "--publish=80:80"), "true")).run().err())
        .contains("cannot publish 80:80/tcp", "sysctl net.ipv4.ip_unprivileged_port_start=80");
    assertThat(containers()).hasSize(1);
  }

  @Test
  void the_interface_has_the_addresses_and_the_size_of_packets_that_were_asked_for() {
    String shown = host.carrel(words(List.of("--network", "--ip=10.77.0.9", "--mtu=1400", "--mac=02:00:00:00:00:09"), "sh", "-c",
        "cat /sys/class/net/eth0/mtu /sys/class/net/eth0/address; cat /proc/net/fib_trie")).says();
    assertThat(shown).startsWith("1400\n02:00:00:00:00:09\n").contains("10.77.0.9").doesNotContain("10.77.0.2\n");
  }

  @Test
  void what_pasta_cannot_do_is_refused_by_name() {
    Carrel.Result rate = host.carrel(words(List.of("--network", "--egress=10mbit"), "true")).run();
    assertThat(rate.status()).isEqualTo(125);
    assertThat(rate.err()).contains("network of pasta", "--egress", "veth");
    assertThat(host.carrel(words(List.of("--network", "--deny-net"), "true")).run().err()).contains("whom the container talks to");
    assertThat(host.carrel("network", "create", "blue").run().err()).contains("dev.carrel.network.veth");
  }

  @Test
  void slirp4netns_is_used_where_pasta_is_not_and_a_missing_program_is_told_with_its_package() throws Exception {
    String withoutPasta = "mount --bind /dev/null /usr/bin/pasta";
    Carrel.Result result = host.carrelAfter(withoutPasta, words(List.of("--network"), "python3", "-c", TALK, "10.88.0.1", "7001", "tcp")).run();
    assertThat(result.out()).as(result.err()).isEqualTo("world sees 10.77.0.2\n");
    assertThat(result.err()).contains("slirp4netns has no IPv6");
    Carrel.Result neither = host.carrelAfter(withoutPasta + " && mount --bind /dev/null /usr/bin/slirp4netns", words(List.of("--network"), "true")).run();
    assertThat(neither.status()).isEqualTo(125);
    assertThat(neither.err()).contains("apt install passt", "apt install slirp4netns");
  }

  @Test
  void slirp4netns_publishes_ports_and_finds_names() throws Exception {
    JsonObject web = serve("web", "--network=slirp4netns", "--publish=0:80", "--publish=0:53/udp");
    assertThat(hostHears("127.0.0.1", published(web, 0), "tcp")).isEqualTo("inside tcp");
    assertThat(host.worldSays("python3", "-c", TALK, "10.77.0.2", "" + published(web, 0), "tcp")).isEqualTo("inside tcp");
    assertThat(host.worldSays("python3", "-c", TALK, "10.77.0.2", "" + published(web, 1), "udp")).isEqualTo("inside udp");
    assertThat(host.carrel("exec", "web", "--", "getent", "ahostsv4", "world.test").says()).startsWith("10.88.0.1 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pasta", "slirp4netns"})
  void a_helper_lives_as_long_as_its_detached_container(String provider) throws Exception {
    JsonObject web = serve("web", "--network=" + provider, "--publish=0:80"); // that Carrel has ended
    assertThat(hostHears("127.0.0.1", published(web, 0), "tcp")).isEqualTo("inside tcp");
    assertThat(records()).isNotEmpty();
    host.carrel("stop", "--time=0", "web").says();
    awaitNothing();
    assertThat(hostHears("127.0.0.1", published(web, 0), "!tcp")).startsWith("nothing:");
  }

  @Test
  void a_helper_ends_when_the_containers_first_process_is_killed() throws Exception {
    JsonObject web = serve("web", "--network");
    host.says("kill", "-KILL", web.get("pid").getAsString());
    awaitNothing();
  }

  @Test
  void a_helper_ends_with_a_carrel_that_is_killed() throws Exception {
    Path output = host.work().resolve("output");
    Process carrel = host.carrel(words(List.of("--network", "--publish=0:80"), "sh", "-c", "echo started; exec sleep 4321")).start(output);
    Await.until("its start", () -> Files.readString(output).contains("started"));
    Await.until(() -> "a helper and its guard: " + helpers(), () -> helpers() == 2);
    carrel.destroyForcibly().waitFor();
    awaitNothing();
  }

  @Test
  void a_helper_ends_with_its_guard_and_what_is_stopped_is_removed_by_clean() throws Exception {
    JsonObject first = serve("first", "--network");
    host.says("pkill", "-KILL", "carrel-network");
    Await.until(() -> "the end of all helpers: " + helpers(), () -> helpers() == 0);
    host.says("kill", "-KILL", first.get("pid").getAsString());
    awaitCleaned("what pasta was for container " + first.get("id").getAsString());

    JsonObject second = serve("second", "--network");
    host.says("pkill", "-STOP", "carrel-network");
    host.says("kill", "-KILL", second.get("pid").getAsString());
    awaitCleaned("what pasta was for container " + second.get("id").getAsString());
    awaitNothing();
  }

  @Test
  void many_start_at_once_and_nothing_is_left() throws Exception {
    List<Process> started = new ArrayList<>();
    for (int i = 0; i < PARALLEL; i++) {
      started.add(host.carrel(words(List.of("--network", "--publish=0:80", "--publish=0:53/udp"), "python3", "-c", TALK, "10.88.0.1", "7001", "tcp"))
          .start(host.work().resolve("parallel" + i)));
    }
    for (int i = 0; i < PARALLEL; i++) {
      assertThat(started.get(i).waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(Files.readString(host.work().resolve("parallel" + i))).isEqualTo("world sees 10.77.0.2\n");
    }
    awaitNothing();
  }

  @Test
  void a_host_without_a_route_to_anywhere_is_told_so() {
    Carrel.Result result = host.carrelOffline(words(List.of("--network"), "true")).run();
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("pasta failed", "an interface of the host with a default route");
  }
}
