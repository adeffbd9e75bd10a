package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends by their names, on the command line. */
class BackendsIT {
  private static final String BUBBLEWRAP = "bubblewrap";
  private static final String OCI = "oci";
  /** Property with how often a start is killed. */
  private static final int KILLS = Integer.getInteger("carrel.it.kills", 4);
  /** About how long one takes, in milliseconds. */
  private static final long SLOWEST_START = 800;

  @TempDir Path directory;
  private Containers containers;

  @BeforeEach
  void look() {
    containers = new Containers(directory);
  }

  @AfterEach
  void nothing_is_left_after_cleaning() throws Exception {
    containers.endAll();
  }

  private static void needsBwrap() {
    assumeTrue(Host.can("bwrap", "--version"), "needs bwrap (bubblewrap)");
  }

  private static void needs(String backend) {
    if (backend.equals(BUBBLEWRAP)) {
      needsBwrap();
    } else if (backend.equals(OCI)) {
      assumeTrue(OciBackend.here("crun") || OciBackend.here("runc"), "needs crun or runc");
    }
  }

  private Carrel bubblewrap(String... words) {
    List<String> all = new ArrayList<>(List.of("run", "--no-cwd", "--ids=1", "--backend=" + BUBBLEWRAP));
    all.addAll(List.of(words));
    return containers.carrel(all.toArray(new String[0]));
  }

  private static JsonObject listed(Carrel.Result result, String name) {
    for (JsonElement entry : JsonParser.parseString(result.out()).getAsJsonArray()) {
      if (entry.getAsJsonObject().get("name").getAsString().equals(name)) {
        return entry.getAsJsonObject();
      }
    }
    throw new AssertionError(name + " is not in " + result.out());
  }

  @Test
  void the_list_tells_of_each_its_version_and_features_and_which_is_the_default() {
    needsBwrap();
    Carrel.Result result = containers.run("backend", "list", "--json");

    assertThat(listed(result, "namespace").get("default").getAsBoolean()).isTrue();
    JsonObject bubblewrap = listed(result, BUBBLEWRAP);
    assertThat(bubblewrap.get("default").getAsBoolean()).isFalse();
    assertThat(Host.says("bwrap", "--version")).endsWith(bubblewrap.get("version").getAsString());
    assertThat(bubblewrap.get("features").toString()).contains("terminal", "detached").doesNotContain("overlays");
    assertThat(containers.says("backend", "list")).containsPattern("\\* namespace").containsPattern(BUBBLEWRAP + " +[0-9]");
  }

  @Test
  void one_whose_program_is_too_old_says_so_and_what_to_do() throws IOException {
    String path = before("#!/bin/sh\necho bubblewrap 0.4.0\n");
    Carrel.Result list = containers.carrel("backend", "list", "--json").withVariable("PATH", path).run();

    assertThat(listed(list, BUBBLEWRAP).get("unavailable").getAsString()).contains("0.4.0", "Install bubblewrap 0.7 or newer");
    Containers.refused(bubblewrap("--", "true").withVariable("PATH", path).run(), "0.4.0", "Install bubblewrap 0.7 or newer");
  }

  /** A PATH in which this script is the first bwrap. */
  private String before(String script) throws IOException {
    Path programs = Files.createDirectory(directory.resolve("bin"));
    Path program = Files.writeString(programs.resolve("bwrap"), script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return programs + ":" + System.getenv("PATH");
  }

  @Test
  void what_a_backend_cannot_do_is_refused_by_name_before_anything_is_made() {
    needsBwrap();
    Containers.refused(bubblewrap("--mask=/etc/passwd", "--", "true").run(), "the backend bubblewrap cannot give a container paths that are covered");
    Containers.refused(bubblewrap("--cap-add=NET_ADMIN", "--", "true").run(), "capabilities over its namespaces", "CAP_NET_ADMIN");
    Containers.refused(bubblewrap("--sysctl=net.core.somaxconn=7", "--", "true").run(), "settings of the kernel");
    Containers.refused(containers.run("run", "--no-cwd", "--backend=nosuch", "--", "true"), "no isolation backend is called 'nosuch'", "bubblewrap");
  }

  @Test
  void a_detached_container_of_another_backends_is_entered_and_ended_like_any() {
    needsBwrap();
    assertThat(bubblewrap("--detach", "--name=web", "--", "sh", "-c", "trap '' TERM; echo here >/tmp/mark; echo begun; sleep 4321").run().err()).isEmpty();
    containers.awaitLog("web", "begun");

    assertThat(containers.inspect("web").get("backend").getAsString()).isEqualTo(BUBBLEWRAP);
    assertThat(containers.says("exec", "web", "--", "cat", "/tmp/mark")).isEqualTo("here\n");
    assertThat(containers.run("exec", "web", "--", "sh", "-c", "exit 9").status()).isEqualTo(9);
    containers.says("stop", "-t", "0", "web");
    assertThat(containers.run("wait", "web").status()).isEqualTo(137);
  }

  @Test
  void one_that_waits_is_started_by_another_process() {
    needsBwrap();
    assertThat(containers.run("create", "--no-cwd", "--ids=1", "--backend=" + BUBBLEWRAP, "--name=late", "--", "sh", "-c", "echo begun; exit 4").status())
        .isZero();
    containers.says("start", "late");

    assertThat(containers.run("wait", "late").status()).isEqualTo(4);
    assertThat(containers.says("logs", "late")).isEqualTo("begun\n");
  }

  @Test
  void a_mount_point_in_a_tree_of_the_hosts_is_not_made() throws IOException {
    needsBwrap();
    Path tree = Files.createDirectory(directory.resolve("tree")).toRealPath();
    Containers.refused(bubblewrap("--share=" + tree + "=/work", "--expose=/usr=/work/new", "--", "true").run(), "/work/new", "does not exist");

    assertThat(tree).isEmptyDirectory();
  }

  @Test
  void what_bwrap_says_when_it_fails_is_told_in_one_line() throws IOException {
    String path = before("#!/bin/sh\n[ \"$1\" = --version ] && exec echo bubblewrap 0.9.0\necho bwrap: No luck today >&2\nexit 1\n");

    Containers.refused(bubblewrap("--", "true").withVariable("PATH", path).run(), "bwrap: No luck today");
  }

  /** While Java starts, the tool works, or the program runs: whenever it happens to be. */
  @ParameterizedTest
  @ValueSource(strings = {BUBBLEWRAP, OCI})
  void killed_at_any_moment_of_a_start_nothing_is_left(String backend) throws Exception {
    needs(backend);
    for (int i = 1; i <= KILLS; i++) {
      Process carrel = containers.carrel("run", "--no-cwd", "--ids=1", "--backend=" + backend, "--", "sleep", "4321").start(directory.resolve("out"));
      carrel.waitFor(SLOWEST_START * i / KILLS, TimeUnit.MILLISECONDS);
      carrel.destroyForcibly().waitFor(); // what may be left is looked for in the end
    }
    awaitForgotten();
  }

  /** A record that was only begun is removed once it is too old to be somebody's who is about to go on. */
  private void awaitForgotten() {
    Await.until("what was begun to be forgotten", () -> {
      containers.run("clean");
      return recorded() == 0;
    });
  }

  private long recorded() throws IOException {
    if (Files.notExists(containers.state())) {
      return 0;
    }
    try (Stream<Path> entries = Files.list(containers.state())) {
      return entries.filter(entry -> !List.of("lock", "names").contains(entry.getFileName().toString())).count();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"namespace", BUBBLEWRAP, OCI})
  void a_container_in_the_foreground_dies_with_its_carrel(String backend) throws Exception {
    needs(backend);
    Path mark = Files.createDirectory(directory.resolve("shared")).toRealPath();
    Process carrel = containers.carrel("run", "--no-cwd", "--ids=1", "--backend=" + backend, "--share=" + mark, "--", "sh", "-c",
        "echo >" + mark + "/begun; sleep 4321").start(directory.resolve("out"));
    Await.until("its program", () -> {
      assertThat(carrel.isAlive()).isTrue();
      return Files.exists(mark.resolve("begun"));
    });
    carrel.destroyForcibly().waitFor(); // its processes are among what has to be gone in the end
  }
}
