package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks of containers that runtimes of the Open Container Initiative make by their own commands. */
@Tag(User.ROOT)
class OciNetworkIT {
  private static final String BACKEND = "--backend=oci-runtime";

  private static NetworkLab lab;

  @BeforeAll
  static void make_hosts(@TempDir Path directory) throws Exception {
    assumeTrue(NetworkLab.possible(), "needs root, iproute2, nftables and python3, and a kernel with veth and nf_tables");
    lab = new NetworkLab(directory);
    lab.serveOutside(7000);
  }

  @AfterAll
  static void end() {
    if (lab != null) {
      lab.close();
    }
  }

  @AfterEach
  void nothing_is_left() throws Exception {
    for (String id : lab.carrel("list", "--all", "--quiet").run().out().lines().toList()) {
      lab.carrel("remove", "--force", id).says();
    }
    lab.carrel("clean").says();
    lab.awaitDevices(List.of());
    assertThat(lab.leases()).isEmpty();
    assertThat(lab.onHost("nft", "list", "ruleset")).isEmpty();
  }

  private static void use(String runtime) {
    assumeTrue(OciBackend.here(runtime), "needs " + runtime);
    lab.set("CARREL_OCI_RUNTIME", runtime);
  }

  private static Carrel.Result run(String... words) {
    List<String> all = new ArrayList<>(List.of("run", "--no-cwd", BACKEND));
    all.addAll(List.of(words));
    return lab.carrel(all.toArray(new String[0])).run();
  }

  private static String address(String name) {
    JsonObject container = JsonParser.parseString(lab.carrel("inspect", name).says()).getAsJsonArray().get(0).getAsJsonObject();
    return container.getAsJsonObject("network").getAsJsonArray("addresses").get(0).getAsString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void containers_have_addresses_find_each_other_by_name_and_are_reached_by_a_published_port(String runtime) throws Exception {
    use(runtime);
    lab.serve("web", "--network", "--publish=8080:80", BACKEND);
    lab.wait("other", "--network", BACKEND);
    String other = address("other");

    assertThat(lab.askFrom("other", "tcp,web,80", "udp,web,80", "tcp," + address("web") + ",80", "tcp," + NetworkLab.OUTSIDE + ",7000"))
        .containsExactly("tcp from " + other, "udp from " + other, "tcp from " + other, "tcp from " + NetworkLab.HOST);
    assertThat(lab.askFromOutside("tcp," + NetworkLab.HOST + ",8080", "!tcp," + NetworkLab.HOST + ",80"))
        .containsExactly("tcp from " + NetworkLab.OUTSIDE, "no answer");
    assertThat(lab.askFromHost("tcp,127.0.0.1,8080")).noneMatch("no answer"::equals);
    lab.carrel("stop", "--time=0", "web").says();
    assertThat(lab.onHost("nft", "list", "ruleset")).doesNotContain("8080");
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void the_program_and_who_enters_see_that_interface_and_none_of_the_hosts(String runtime) throws Exception {
    use(runtime);
    String script = "cut -d: -f1 -s /proc/net/dev | tr -d ' ' | sort | tr '\\n' ' '; ip -o -4 addr show eth0 | grep -o 'inet [0-9.]*'";
    lab.carrel("run", "--no-cwd", BACKEND, "--detach", "--network", "--name=web", "--", "sh", "-c", script + "; exec sleep 4321").says();
    String seen = "eth0 lo inet " + address("web") + "\n";
    Await.until("what it sees", () -> lab.carrel("logs", "web").says().endsWith("\n"));

    assertThat(lab.carrel("logs", "web").says()).isEqualTo(seen);
    assertThat(lab.carrel("exec", "web", "--", "sh", "-c", script).says()).isEqualTo(seen);
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void a_firewall_holds_for_the_program_and_for_who_enters(String runtime) throws Exception {
    use(runtime);
    lab.serve("guarded", "--deny-net", BACKEND);
    lab.wait("other", "--network", BACKEND);

    assertThat(lab.askFrom("guarded", "!tcp," + NetworkLab.OUTSIDE + ",7000", "!tcp," + NetworkLab.HOST + ",22")).containsOnly("no answer");
    assertThat(lab.askFrom("other", "tcp,guarded,80")).containsExactly("tcp from " + address("other"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void without_a_network_there_is_only_a_loopback_interface(String runtime) throws Exception {
    use(runtime);
    for (String network : List.of("--network=none", "--hostname=desk")) { // which is what there is where nothing is said
      Carrel.Result result = run(network, "--", "sh", "-c", "cut -d: -f1 -s /proc/net/dev | tr -d ' '");
      assertThat(result.out()).as(result.err()).isEqualTo("lo\n");
    }
    lab.carrel("run", "--no-cwd", BACKEND, "--detach", "--name=alone", "--", "sleep", "4321").says();
    assertThat(lab.carrel("exec", "alone", "--", "sh", "-c", "cut -d: -f1 -s /proc/net/dev | tr -d ' '").says()).isEqualTo("lo\n");
  }

  @Test
  void a_runtime_with_a_kernel_of_its_own_is_refused_a_network_before_anything_is_made() throws Exception {
    use("runsc");
    Containers.refused(run("--network", "--", "true"), "the backend oci-runtime cannot give a container an interface to a network");
    Containers.refused(run("--publish=8080:80", "--", "true"), "the backend oci-runtime cannot give a container an interface to a network");
  }
}
