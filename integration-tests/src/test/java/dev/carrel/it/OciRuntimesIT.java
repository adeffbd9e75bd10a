package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Writer;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Runtimes of the Open Container Initiative by their names, on the command line. */
class OciRuntimesIT {
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
    return containers.carrel(words).withVariable(VARIABLE, runtime);
  }

  private Carrel.Result run(String runtime, String... words) {
    List<String> all = new ArrayList<>(List.of("run", "--no-cwd", "--backend=oci"));
    all.addAll(List.of(words));
    return with(runtime, all.toArray(new String[0])).run();
  }

  private static void needs(String runtime) {
    assumeTrue(OciBackend.here(runtime), "needs " + runtime);
  }

  private JsonObject listed(String runtime) {
    return OciBackend.listed("oci", with(runtime, "backend", "list", "--json"));
  }

  private Path program(String script) throws IOException {
    Path program = Files.writeString(directory.resolve("runtime"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void the_list_tells_which_runtime_it_is_and_its_version(String runtime) {
    needs(runtime);
    JsonObject oci = listed(runtime);

    assertThat(oci.get("available").getAsBoolean()).isTrue();
    assertThat(oci.get("version").getAsString()).startsWith(runtime + " ");
    assertThat(oci.get("features").toString()).contains("locked-mounts", "overlays").doesNotContain("program-first");
  }

  @Test
  void one_that_is_not_there_or_no_runtime_is_told_with_what_to_do() throws IOException {
    Path other = program("echo hello");

    assertThat(listed("no-such-runtime").get("unavailable").getAsString()).contains("no no-such-runtime", VARIABLE, "name another");
    Containers.refused(run("no-such-runtime", "--", "true"), "no no-such-runtime", VARIABLE);
    Containers.refused(run(other.toString(), "--", "true"), "does not tell its version", VARIABLE);
  }

  @Test
  void what_a_runtime_says_when_it_fails_is_told_in_one_line() throws IOException {
    Path failing = program("[ \"$1\" = --version ] && exec echo runtime version 1.0\necho No luck today >&2\nexit 1");

    Containers.refused(run(failing.toString(), "--ids=1", "--", "true"), "No luck today");
  }

  /** Nothing waits for ever where one is killed between its commands create and start, or never comes to start. */
  @Test
  void one_that_makes_nothing_is_told() throws IOException {
    Path idle = program("[ \"$1\" = --version ] && exec echo runtime version 1.0\nexit 0");
    Path killed = program("[ \"$1\" = --version ] && exec echo runtime version 1.0\nkill -9 $$");

    Containers.refused(run(idle.toString(), "--ids=1", "--", "true"), idle + " failed");
    Containers.refused(run(killed.toString(), "--ids=1", "--", "true"), "it was killed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void a_detached_container_is_entered_and_ended_like_any_and_has_no_control_group_of_the_runtimes(String runtime) {
    needs(runtime);
    assertThat(run(runtime, "--detach", "--name=web", "--", "sh", "-c", "trap '' TERM; echo here >/tmp/mark; echo begun; sleep 4321").err()).isEmpty();
    containers.awaitLog("web", "begun");

    JsonObject web = containers.inspect("web");
    assertThat(web.get("backend").getAsString()).isEqualTo("oci");
    assertThat(Path.of("/proc", web.get("pid").getAsString(), "cgroup")).hasSameTextualContentAs(Path.of("/proc/self/cgroup"));
    assertThat(containers.says("exec", "web", "--", "cat", "/tmp/mark")).isEqualTo("here\n");
    assertThat(containers.run("exec", "web", "--", "sh", "-c", "exit 9").status()).isEqualTo(9);
    containers.says("stop", "-t", "0", "web");
    assertThat(containers.run("wait", "web").status()).isEqualTo(137);
  }

  @ParameterizedTest
  @Tag(User.ROOT)
  @ValueSource(strings = {"crun", "runc"})
  void with_limits_it_is_in_carrels_own_from_its_first_process_on(String runtime) {
    needs(runtime);
    assumeTrue(User.weAreRoot() && Files.isWritable(Path.of("/sys/fs/cgroup/pids")), "needs root, and control groups of version 1");
    Carrel.Result result = run(runtime, "--pids=3", "--memory=64m", "--detach", "--name=web", "--", "sleep", "4321");
    assertThat(result.err()).isEmpty(); // the runtime's own threads are more
    long pid = containers.inspect("web").get("pid").getAsLong();

    assertThat(Path.of("/proc", Long.toString(pid), "cgroup")).content().containsPattern("pids:.*/carrel/").containsPattern("memory:.*/carrel/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void what_it_makes_in_a_shared_directory_belongs_to_who_started_it(String runtime) throws IOException {
    needs(runtime);
    Path shared = Files.createDirectory(directory.resolve("shared")).toRealPath();
    Carrel.Result result = run(runtime, "--share=" + shared, "--", "sh", "-c", "echo x >" + shared + "/new; cut -c 22- /proc/self/uid_map | tail -1");

    assertThat(result.err()).isEmpty();
    assertThat(Files.getOwner(shared.resolve("new"))).isEqualTo(Files.getOwner(shared));
    assertThat(result.out().strip()).endsWith(User.weAreRoot() ? "65535" : "1"); // as many ids as each has by default
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void paths_are_covered_and_mounts_stay_as_they_are(String runtime) {
    needs(runtime);
    Carrel.Result result = run(runtime, "--ids=1", "--mask=/usr/share", "--read-only=/tmp", "--", "sh", "-c",
        "ls /usr/share; touch /tmp/x 2>/dev/null || echo refused; head -c 1 /proc/sys/kernel/ostype; ls /sys | grep -c class");

    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines()).containsExactly("refused", "L1");
  }

  /** Its parent is the first process around it, and that one's the process beside it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void if_a_process_around_it_is_killed_so_is_the_container(int up) {
    assumeTrue(OciBackend.here("crun") || OciBackend.here("runc"), "needs crun or runc");
    assertThat(run("", "--detach", "--name=web", "--", "sleep", "4321").err()).isEmpty();
    ProcessHandle around = ProcessHandle.of(containers.inspect("web").get("pid").getAsLong()).orElseThrow();
    for (int i = 0; i < up; i++) {
      around = around.parent().orElseThrow();
    }
    around.destroyForcibly();

    assertThat(containers.run("wait", "web").status()).isEqualTo(137);
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void the_plan_tells_what_the_runtime_is_asked_for(String runtime) {
    needs(runtime);

    assertThat(with(runtime, "plan", "run", "--no-cwd", "--ids=1", "--backend=oci", "--", "true").run().out())
        .contains("\"create\", ").contains("\"--bundle\", \"/tmp\"").contains("\"start\", ").contains("execve(");
  }

  /** What the plan says of a container, done by a shell: nothing of Carrel's is in the bundle, nor needed. */
  private Path bundle(String name, String... words) throws Exception {
    Path bundle = Files.createDirectory(directory.resolve(name));
    for (Path passed : List.of(directory, bundle)) { // the container's root may be somebody else
      Files.setPosixFilePermissions(passed, PosixFilePermissions.fromString("rwx--x--x"));
    }
    List<String> all = new ArrayList<>(List.of("plan", "run", "--no-cwd", "--backend=oci", "--json"));
    all.addAll(List.of(words));
    Process shell = new ProcessBuilder("sh", "-e").directory(bundle.toFile()).inheritIO().redirectInput(ProcessBuilder.Redirect.PIPE).start();
    try (Writer in = shell.outputWriter()) {
      for (JsonElement step : JsonParser.parseString(with("", all.toArray(new String[0])).run().out()).getAsJsonObject().getAsJsonArray("steps")) {
        if (step.getAsJsonObject().get("actor").getAsString().equals("bundle")) {
          in.write(step.getAsJsonObject().get("call").getAsString() + "\n");
        }
      }
    }
    assertThat(shell.waitFor()).isZero();
    return bundle;
  }

  /** crun gives up where the host has controllers in both versions of control groups: as root, it need not see them. */
  private String byHand(String runtime, Path bundle) {
    boolean hidden = runtime.equals("crun") && User.weAreRoot();
    String run = runtime + (hidden ? " --cgroup-manager=disabled" : User.weAreRoot() ? "" : " --rootless=true") + " --root " + directory.resolve("states")
        + " run --bundle " + bundle + " by-hand-" + ProcessHandle.current().pid() + "-" + bundle.getFileName();
    return hidden ? Host.says("unshare", "--mount", "sh", "-c", "mount -t tmpfs none /sys/fs/cgroup && exec " + run + " 2>&1")
        : Host.says("sh", "-c", "PATH=$PATH:/usr/sbin; exec " + run + " 2>&1");
  }

  private static final String TELL = "touch /usr/x 2>/dev/null || echo read-only; unshare -U true 2>/dev/null || echo filtered; ls /usr/share | wc -l;"
      + " echo new >/tmp/x && cat /tmp/x; grep -h -e NoNewPrivs -e CapBnd /proc/self/status; echo $ONE; hostname; ls /proc | grep -c '^[0-9]'; id -u";

  private void tellsOfItself(String runtime, Path bundle) {
    assertThat(byHand(runtime, bundle).lines()).startsWith("read-only", "filtered", "0", "new", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "1", "desk")
        .endsWith("0");
  }

  @ParameterizedTest
  @Tag(User.ROOT)
  @ValueSource(strings = {"crun", "runc"})
  void the_bundle_that_the_plan_makes_is_run_by_hand_with_the_containers_mounts_filter_and_limits(String runtime) throws Exception {
    needs(runtime);
    Path shared = Files.createDirectory(directory.resolve("shared")).toRealPath();
    Path several = bundle("several", "--mask=/usr/share", "--env=ONE=1", "--hostname=desk", "--", "sh", "-c", TELL);
    Path one = bundle("one", "--ids=1", "--share=" + shared, "--", "sh", "-c", "echo here >" + shared + "/new");

    tellsOfItself(runtime, several);
    assertThat(byHand(runtime, one)).isEmpty();
    assertThat(shared.resolve("new")).hasContent("here");
  }

  @Test
  @Tag(User.ROOT)
  void the_limits_of_a_bundle_are_set_by_the_runtime() throws Exception {
    needs("runc");
    Path bundle = bundle("limited", "--ids=1", "--pids=30", "--", "sh", "-c",
        "(for i in $(seq 60); do sleep 300 >/dev/null 2>&1 & done) 2>/tmp/said; exec grep -c fork /tmp/said"); // there is no process left for another

    assertThat(byHand("runc", bundle)).isEqualTo("1");
  }

  @Test
  @Tag(User.ORDINARY)
  void the_bundle_that_the_plan_makes_is_run_by_hand_without_privileges() throws Exception {
    needs("runc");

    tellsOfItself("runc", bundle("mine", "--mask=/usr/share", "--env=ONE=1", "--hostname=desk", "--", "sh", "-c", TELL));
  }
}
