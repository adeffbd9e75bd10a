package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runtimes of the Open Container Initiative that do everything by their own commands, on the command line. */
class OciAloneIT {
  private static final String BACKEND = "oci-runtime";
  private static final String VARIABLE = "CARREL_OCI_RUNTIME";

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

  private Carrel with(String runtime, String... words) {
    List<String> all = new ArrayList<>(List.of("run", "--no-cwd", "--backend=" + BACKEND));
    all.addAll(List.of(words));
    return containers.carrel(all.toArray(new String[0])).withVariable(VARIABLE, runtime);
  }

  private static void needs(String runtime) {
    assumeTrue(User.weAreRoot(), "needs root");
    assumeTrue(OciBackend.here(runtime), "needs " + runtime);
  }

  private JsonObject listed(String runtime) {
    return OciBackend.listed(BACKEND, containers.carrel("backend", "list", "--json").withVariable(VARIABLE, runtime));
  }

  @ParameterizedTest
  @Tag(User.ROOT)
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void streams_and_end_are_the_programs(String runtime) {
    needs(runtime);
    Carrel.Result result = with(runtime, "--hostname=desk", "--", "sh", "-c", "cat; hostname; echo wrong >&2; touch /usr/x 2>/dev/null || echo read-only;"
        + " echo x >/dev/null; kill -9 $$").withInput("in\n").run();

    assertThat(result.out().lines()).containsExactly("in", "desk", "read-only");
    assertThat(result.err()).isEqualTo("wrong\n");
    assertThat(result.status()).isEqualTo(128 + 9);
  }

  @ParameterizedTest
  @Tag(User.ROOT)
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void a_detached_container_is_entered_signalled_and_waited_for_by_others(String runtime) {
    needs(runtime);
    assertThat(with(runtime, "--detach", "--name=web", "--", "sh", "-c", "trap 'echo ending; exit 8' TERM; echo here >/tmp/mark; echo begun;"
        + " while :; do sleep 0.05; done").run().err()).isEmpty();
    containers.awaitLog("web", "begun");

    Carrel.Result entered = containers.run("exec", "web", "--", "sh", "-c", "cat /tmp/mark; exit 9");
    assertThat(entered.out()).isEqualTo("here\n");
    assertThat(entered.status()).isEqualTo(9);
    containers.says("kill", "--signal=TERM", "web");
    assertThat(containers.run("wait", "web").status()).isEqualTo(8);
    assertThat(containers.says("logs", "web")).isEqualTo("begun\nending\n");
  }

  /** By the runtime's command exec: not each hands it on to the program, but each ends. */
  @ParameterizedTest
  @Tag(User.ROOT)
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void a_signal_ends_who_has_entered(String runtime) throws Exception {
    needs(runtime);
    assertThat(with(runtime, "--detach", "--name=web", "--", "sleep", "4321").run().err()).isEmpty();
    Path out = directory.resolve("out");
    Process entered = containers.carrel("exec", "web", "--", "sh", "-c",
        "trap 'exit 6' TERM; echo inside; i=0; while test $i -lt 400; do i=$((i+1)); sleep 0.05; done; exit 7").start(out);
    Await.until("the program", () -> Files.readString(out).contains("inside"));
    entered.destroy();

    assertThat(entered.waitFor()).isIn(6, 128 + 15);
  }

  /** While the runtime does that, if it can be seen doing it, or else while the program runs. */
  @ParameterizedTest
  @Tag(User.ROOT)
  @CsvSource({"crun, create", "crun, start", "crun, nothing", "runc, create", "runc, start", "runc, nothing", "runsc, create", "runsc, start", "runsc, nothing"})
  void when_carrel_is_killed_nothing_is_left(String runtime, String command) throws Exception {
    needs(runtime);
    Path mark = Files.createDirectory(directory.resolve("mark")).toRealPath();
    Files.setPosixFilePermissions(mark, PosixFilePermissions.fromString("rwxrwxrwx"));
    Process carrel = with(runtime, "--ids=1", "--share=" + mark, "--", "sh", "-c", "echo >" + mark + "/runs; sleep 4321").start(directory.resolve("out"));
    while (!Files.exists(mark.resolve("runs")) && carrel.descendants().noneMatch(one -> isDoing(one, command))) {
      assertThat(carrel.isAlive()).isTrue();
    }
    List<ProcessHandle> all = carrel.descendants().toList();
    assertThat(all).isNotEmpty();
    carrel.destroyForcibly().waitFor();

    Await.until("the end of all", () -> all.stream().noneMatch(ProcessHandle::isAlive));
    Await.until("the end of what these had begun", () -> pidsThatName(mark).isEmpty());
  }

  private static boolean isDoing(ProcessHandle process, String command) {
    return List.of(process.info().arguments().orElse(new String[0])).contains(command);
  }

  /** Of all processes in whose words a path is. */
  private static List<String> pidsThatName(Path path) throws IOException {
    List<String> pids = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        try {
          if (Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1).contains(path.toString())) {
            pids.add(process.getFileName().toString());
          }
        } catch (IOException e) {
          continue; // it has ended
        }
      }
    }
    return pids;
  }

  @ParameterizedTest
  @Tag(User.ROOT)
  @ValueSource(strings = {"crun", "runsc"})
  void with_limits_what_the_runtime_has_made_is_in_carrels_groups(String runtime) {
    needs(runtime);
    assumeTrue(Files.isWritable(Path.of("/sys/fs/cgroup/memory")), "needs control groups of version 1");
    assertThat(with(runtime, "--memory=256m", "--detach", "--name=web", "--", "sleep", "4321").run().err()).isEmpty();
    ProcessHandle around = ProcessHandle.of(containers.inspect("web").get("pid").getAsLong()).orElseThrow();

    assertThat(Path.of("/proc", Long.toString(around.pid()), "cgroup")).content().doesNotContain("/carrel/");
    assertThat(around.descendants().map(one -> Path.of("/proc", Long.toString(one.pid()), "cgroup")))
        .anySatisfy(groups -> assertThat(groups).content().containsPattern("memory:.*/carrel/"));
  }

  @Test
  @Tag(User.ROOT)
  void what_a_runtime_cannot_do_is_refused_by_name_before_anything_is_made() {
    needs("crun");

    Containers.refused(with("crun", "--cap-add=NET_ADMIN", "--", "true").run(), "the backend " + BACKEND + " cannot give a container capabilities over its namespaces");
    Containers.refused(with("crun", "--network=host", "--", "true").run(), "the backend " + BACKEND + " cannot give a container the host's network");
  }

  @Test
  @Tag(User.ORDINARY)
  void it_is_for_root() {
    assumeTrue(!User.weAreRoot(), "needs an ordinary user");

    assertThat(listed("crun").get("unavailable").getAsString()).contains("for root", "Choose oci");
  }
}
