package dev.carrel.it;

import static dev.carrel.it.Containers.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The turns of a container's life: made, started, ended, forgotten; who is PID 1; and programs of the host that are run at these turns. */
class TurnsIT {
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

  private Carrel.Result run(String... words) {
    return containers.run(words);
  }

  private void create(String name, String script, String... options) {
    List<String> words = new ArrayList<>(List.of("create", "--no-cwd", "--name=" + name));
    words.addAll(List.of(options));
    words.addAll(List.of("--", "sh", "-c", script));
    containers.says(words.toArray(new String[0]));
  }

  private String state(String name) {
    return containers.inspect(name).get("state").getAsString();
  }

  /** A program of the host that notes what it reads and then does something else. */
  private Path hook(String name, String action) throws IOException {
    Path hook = directory.resolve(name);
    Files.writeString(hook, "#!/bin/sh\ncat >> " + directory.resolve("turns") + "\necho >> " + directory.resolve("turns") + "\n" + action + "\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
    return hook;
  }

  private List<JsonObject> turns() throws IOException {
    List<JsonObject> turns = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("turns"))) {
      turns.add(JsonParser.parseString(line).getAsJsonObject());
    }
    return turns;
  }

  @Test
  void a_container_can_be_made_first_and_its_program_be_started_later() throws Exception {
    create("web", "echo started; sleep 4321");
    assertThat(state("web")).isEqualTo("created");
    TimeUnit.MILLISECONDS.sleep(200);
    assertThat(containers.says("logs", "web")).isEmpty();
    assertThat(containers.says("processes", "--quiet", "web").lines()).hasSize(1); // its first process, and no program
    containers.says("start", "web");
    assertThat(state("web")).isEqualTo("running");
    containers.awaitLog("web", "started");
    refused(run("start", "web"), "it has been started before");
    containers.says("stop", "web");
    refused(run("start", "web"), "it has ended");
    assertThat(containers.inspect("web").get("signal").getAsInt()).isEqualTo(15);
  }

  @Test
  void what_needs_its_program_is_refused_until_that_is_started() {
    create("early", "sleep 4321");
    refused(run("exec", "early", "true"), "has not been started", "carrel start");
    refused(run("pause", "early"), "has not been started");
    refused(run("resume", "early"), "has not been started");
    refused(run("remove", "early"), "it runs");
    refused(run("create", "--name=early", "--", "true"), "the name early is taken");
    refused(run("start", "nobody"), "no container is called 'nobody'");
    containers.says("kill", "--signal=USR1", "early"); // means nothing to it yet
    assertThat(state("early")).isEqualTo("created");
    containers.says("remove", "--force", "early");
    refused(run("inspect", "early"), "no container is called 'early'");
    assertThat(run("remove", "--force", "early").status()).isZero();
  }

  @Test
  void one_that_is_never_started_can_be_ended_in_every_way() {
    for (String signal : List.of("TERM", "INT", "HUP", "KILL")) {
      create("idle-" + signal, "echo never");
      containers.says("kill", "--signal=" + signal, "idle-" + signal);
      run("wait", "idle-" + signal);
      assertThat(containers.inspect("idle-" + signal).has("signal")).isTrue();
      assertThat(containers.says("logs", "idle-" + signal)).isEmpty();
    }
    create("stopped", "echo never");
    containers.says("stop", "stopped");
    assertThat(containers.inspect("stopped").get("signal").getAsInt()).isEqualTo(15);
  }

  @Test
  void a_program_that_cannot_be_started_is_told_by_start_as_by_run() {
    containers.says("create", "--no-cwd", "--name=missing", "--", "no-such-program");
    Carrel.Result missing = run("start", "missing");
    assertThat(missing.status()).isEqualTo(127);
    assertThat(missing.err()).contains("cannot run no-such-program", "no such program is in the container");
    containers.says("create", "--no-cwd", "--name=directory", "--", "/etc");
    assertThat(run("start", "directory").status()).isEqualTo(126);
    assertThat(state("missing")).isEqualTo("ended");
  }

  @Test
  void hold_is_for_containers_that_go_on_by_themselves() {
    refused(run("run", "--hold", "--", "true"), "--hold", "add --detach");
    refused(run("run", "--tty", "--", "true"), "--tty", "add --detach");
    containers.says("run", "--no-cwd", "--detach", "--hold", "--name=held", "--restart=on-failure:1", "--", "sh", "-c", "echo try; exit 3");
    containers.says("start", "held");
    assertThat(run("wait", "held").status()).isEqualTo(3);
    assertThat(containers.says("logs", "held")).isEqualTo("try\ntry\n");
  }

  @Test
  void hooks_are_run_in_their_order_with_the_state_and_nothing_of_the_environment() throws Exception {
    Path hook = hook("hook", "env | grep -v -E '^(PWD|SHLVL|_)=' >> " + directory.resolve("variables") + " || :");
    Carrel.Result result = containers.carrel("run", "--no-cwd", "--hook=created:" + hook, "--hook=started:" + hook, "--hook=ended:" + hook,
        "--annotation=owner=the team", "--", "echo", "hello").withVariable("SECRET", "s3cret").run();
    assertThat(result).isEqualTo(new Carrel.Result(0, "hello\n", ""));
    assertThat(turns()).extracting(turn -> turn.get("status").getAsString()).containsExactly("created", "running", "stopped");
    for (JsonObject turn : turns()) {
      assertThat(turn.get("ociVersion").getAsString()).isNotEmpty();
      assertThat(turn.get("id").getAsString()).matches("[0-9a-f]{8}");
      assertThat(turn.getAsJsonObject("annotations").get("owner").getAsString()).isEqualTo("the team");
    }
    assertThat(Files.readString(directory.resolve("variables"))).isEmpty();
  }

  @Test
  void hooks_for_the_end_come_after_those_for_the_start_however_soon_that_is() throws Exception {
    Path order = directory.resolve("order");
    Path slow = hook("slow", "sleep 0.5; echo through >> " + order);
    Path last = hook("last", "echo ended >> " + order);
    for (String created : List.of("", slow.toString())) {
      Files.deleteIfExists(order);
      List<String> words = new ArrayList<>(List.of("run", "--no-cwd", "--hook=started:" + slow, "--hook=ended:" + last));
      if (!created.isEmpty()) {
        words.add("--hook=created:" + created);
      }
      words.addAll(List.of("--", "true"));
      assertThat(run(words.toArray(String[]::new))).isEqualTo(new Carrel.Result(0, "", ""));
      assertThat(order).hasContent((created.isEmpty() ? "" : "through\n") + "through\nended\n");
    }
  }

  @Test
  void a_hook_before_the_program_finds_its_namespaces_and_can_prepare_them() throws Exception {
    Path hook = hook("prepare", "pid=$(sed -n 's/.*\"pid\":\\([0-9]*\\).*/\\1/p' " + directory.resolve("turns") + " | head -n 1)\n"
        + "readlink /proc/$pid/ns/uts > " + directory.resolve("namespace"));
    Carrel.Result result = run("run", "--no-cwd", "--hook=created:" + hook, "--", "readlink", "/proc/self/ns/uts");
    assertThat(result.err()).isEmpty();
    assertThat(Files.readString(directory.resolve("namespace"))).isEqualTo(result.out());
  }

  @Test
  void a_hook_that_fails_before_the_program_ends_the_container_and_says_why() throws Exception {
    Path failing = hook("failing", "echo the reason; exit 3");
    Path next = hook("next", ":");
    refused(run("run", "--no-cwd", "--hook=created:" + failing, "--hook=created:" + next, "--", "touch", "never"),
        "its hook " + failing + " failed with status 3: the reason");
    assertThat(turns()).hasSize(1);
    refused(run("create", "--no-cwd", "--name=x", "--hook=created:" + failing, "--", "true"), "failed with status 3");
    assertThat(containers.says("list", "--all").lines()).hasSize(1);
  }

  @Test
  void a_hook_that_fails_afterwards_is_told_and_changes_nothing() throws Exception {
    Path failing = hook("failing", "exit 4");
    Carrel.Result result = run("run", "--no-cwd", "--hook=started:" + failing, "--hook=ended:" + failing, "--", "sh", "-c", "echo hello; exit 6");
    assertThat(result.out()).isEqualTo("hello\n");
    assertThat(result.status()).isEqualTo(6);
    assertThat(result.err().lines().filter(line -> line.startsWith("carrel: the hook " + failing))).hasSize(2);
  }

  @Test
  void a_detached_containers_hooks_are_run_by_who_starts_and_who_forgets_it() throws Exception {
    Path hook = hook("hook", ":");
    create("job", "true", "--hook=created:" + hook, "--hook=started:" + hook, "--hook=ended:" + hook);
    assertThat(turns()).hasSize(1);
    containers.says("start", "job");
    run("wait", "job");
    assertThat(turns()).hasSize(2);
    containers.says("remove", "job");
    assertThat(turns()).extracting(turn -> turn.get("status").getAsString()).containsExactly("created", "running", "stopped");
  }

  @Test
  void hooks_that_are_none_are_refused() {
    refused(run("run", "--hook=created:relative", "--", "true"), "a program with an absolute path");
    refused(run("run", "--hook=later:/bin/true", "--", "true"), "write created:PROGRAM");
    refused(run("run", "--annotation=nothing", "--", "true"), "no KEY=VALUE");
    refused(run("run", "--no-cwd", "--hook=created:/no/such/hook", "--", "true"), "its hook /no/such/hook cannot be run");
  }

  @Test
  void a_program_can_be_the_first_process_itself() {
    assertThat(run("run", "--no-cwd", "--as-pid-1", "--", "sh", "-c", "echo $$; sh -c 'echo $PPID'; exit 7"))
        .isEqualTo(new Carrel.Result(7, "1\n1\n", ""));
    assertThat(run("run", "--no-cwd", "--as-pid-1", "--", "sh", "-c", "kill -KILL $$; kill -TERM $$; echo unharmed").out()).isEqualTo("unharmed\n");
    assertThat(run("run", "--no-cwd", "--as-pid-1", "--", "no-such-program").status()).isEqualTo(127);
    assertThat(run("run", "--no-cwd", "--", "sh", "-c", "echo $$").out()).isEqualTo("2\n");
    refused(run("run", "--as-pid-1", "--detach", "--restart=on-failure", "--", "true"), "is not restarted");
    refused(run("run", "--as-pid-1", "--detach", "--tty", "--", "true"), "has no terminal");
    refused(run("run", "--as-pid-1", "--namespaces=all,-pid", "--", "true"), "needs a pid namespace");
  }

  @Test
  void a_program_that_is_the_first_process_dies_with_carrel_and_can_be_entered_and_stopped() throws Exception {
    Path output = directory.resolve("output");
    Process process = containers.carrel("run", "--no-cwd", "--as-pid-1", "--name=first", "--", "sh", "-c",
        "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done").start(output);
    awaitFile(output, "ready");
    awaitRecorded("first");
    assertThat(run("exec", "first", "sh", "-c", "cat /proc/1/comm").out()).isEqualTo("sh\n");
    refused(run("pause", "first"), "(--as-pid-1), and so nobody inside could do that. With --detach and a limit, such as --pids=unlimited, the kernel does");
    refused(run("kill", "--all", "--signal=USR1", "first"), "--as-pid-1");
    long pid = containers.inspect("first").get("pid").getAsLong();
    process.destroyForcibly();
    awaitEnd(pid);
    Process second = containers.carrel("run", "--no-cwd", "--as-pid-1", "--name=second", "--", "sh", "-c",
        "trap 'exit 9' TERM; echo again; while :; do sleep 0.05; done").start(output);
    awaitFile(output, "again");
    awaitRecorded("second");
    containers.says("stop", "second");
    assertThat(second.waitFor()).isEqualTo(9);
  }

  @Test
  void of_a_detached_program_that_is_the_first_process_output_and_end_are_kept() throws Exception {
    containers.says("run", "--no-cwd", "--as-pid-1", "--detach", "--name=kept", "--", "sh", "-c",
        "trap 'echo asked; exit 9' USR1; echo $$; echo err >&2; while :; do sleep 0.05; done");
    containers.awaitLog("kept", "1\n");
    assertThat(run("exec", "kept", "cat", "/proc/1/comm").out()).isEqualTo("sh\n");
    assertThat(run("kill", "--signal=USR1", "kept").status()).isZero();
    assertThat(run("wait", "kept").status()).isEqualTo(9);
    assertThat(containers.inspect("kept").get("status").getAsInt()).isEqualTo(9);
    assertThat(run("logs", "kept").out()).isEqualTo("1\nasked\n");
    assertThat(run("logs", "kept").err()).isEqualTo("err\n");

    assertThat(run("run", "--no-cwd", "--as-pid-1", "--detach", "--", "no-such-program").status()).isEqualTo(127);
    containers.says("create", "--no-cwd", "--as-pid-1", "--name=none", "--", "no-such-program");
    assertThat(run("start", "none").status()).isEqualTo(127);
    containers.says("create", "--no-cwd", "--as-pid-1", "--name=late", "--", "sh", "-c", "echo started; exit 3");
    containers.says("start", "late");
    assertThat(run("wait", "late").status()).isEqualTo(3);
    assertThat(run("logs", "late").out()).isEqualTo("started\n");
  }

  @Test
  void a_container_is_asked_to_end_by_the_signal_that_was_said() {
    containers.says("run", "--no-cwd", "--detach", "--stop-signal=RTMIN+3", "--name=said", "--", "bash", "-c",
        "trap 'exit 5' RTMIN+3; trap '' TERM; echo ready; while :; do sleep 0.05; done");
    containers.awaitLog("said", "ready");
    assertThat(run("stop", "--time=60", "said").status()).isZero();
    assertThat(containers.inspect("said").get("status").getAsInt()).isEqualTo(5);
    refused(run("run", "--stop-signal=NONE", "--", "true"), "--stop-signal=NONE is no signal");
  }

  private static void awaitEnd(long pid) {
    Await.until("the end of process " + pid, () -> ProcessHandle.of(pid).isEmpty());
  }

  private static void awaitFile(Path file, String text) {
    Await.until(text, () -> Files.exists(file) && Files.readString(file).contains(text));
  }

  private void awaitRecorded(String name) {
    Await.until("the record of " + name, () -> containers.says("list").contains(name));
  }

  @Test
  void which_signals_reach_the_program_can_be_chosen() throws Exception {
    Path output = directory.resolve("output");
    String script = "trap 'echo usr2' USR2; trap 'echo term' TERM; echo ready; while :; do sleep 0.05; done";
    Process process = containers.carrel("run", "--no-cwd", "--forward-signals=usr2,SIGTERM", "--", "sh", "-c", script).start(output);
    awaitFile(output, "ready");
    Host.says("kill", "-USR2", Long.toString(process.pid()));
    awaitFile(output, "usr2");
    Host.says("kill", "-TERM", Long.toString(process.pid()));
    awaitFile(output, "term");
    Host.says("kill", "-HUP", Long.toString(process.pid())); // does to Carrel what it always does
    assertThat(process.waitFor()).isEqualTo(129);
    refused(run("run", "--forward-signals=USR1", "--", "true"), "USR1 cannot be passed on");
    refused(run("run", "--forward-signals=INT,FOO", "--", "true"), "'FOO' is no signal");
    refused(run("run", "--detach", "--forward-signals=INT", "--", "true"), "in the foreground");
  }

  @Test
  void its_pidfd_goes_to_who_wants_it() throws Exception {
    Path socket = directory.resolve("socket");
    Process listener = new ProcessBuilder("python3", "-c", "import array, os, select, signal, socket, sys\n"
        + "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(1); print('ready', flush=True)\n"
        + "c, _ = s.accept(); m, a, _, _ = c.recvmsg(99, socket.CMSG_SPACE(4)); fd = array.array('i', a[0][2])[0]\n"
        + "print(m.decode(), flush=True); signal.pidfd_send_signal(fd, signal.SIGTERM); print(len(select.select([fd], [], [], 120)[0]), flush=True)",
        socket.toString()).redirectErrorStream(true).start();
    assertThat(listener.inputReader().readLine()).isEqualTo("ready");
    containers.detach("watched", "exec sleep 4321", "--pidfd-socket=" + socket);
    assertThat(listener.inputReader().readLine()).isEqualTo(containers.inspect("watched").get("pid").getAsString());
    assertThat(listener.inputReader().readLine()).isEqualTo("1"); // it has ended
    assertThat(run("wait", "watched").status()).isEqualTo(143);
    refused(run("run", "--no-cwd", "--pidfd-socket=" + directory.resolve("nobody"), "--", "true"), "cannot hand over the container's pidfd", "(pidfd-socket)");
    refused(run("run", "--pidfd-socket=relative", "--", "true"), "no absolute path");
  }

  @Test
  void how_one_in_the_foreground_ended_is_kept_if_asked_for() {
    assertThat(run("run", "--no-cwd", "--keep", "--name=kept", "--", "sh", "-c", "exit 8").status()).isEqualTo(8);
    assertThat(containers.inspect("kept").get("status").getAsInt()).isEqualTo(8);
    refused(run("run", "--no-cwd", "--name=kept", "--", "true"), "the name kept is taken", "which has ended");
    containers.says("remove", "kept");
    assertThat(run("run", "--no-cwd", "--name=kept", "--", "true").status()).isZero();
    assertThat(containers.says("list", "--all").lines()).hasSize(1);
  }

  @Test
  void notes_about_it_are_told_again() {
    containers.detach("noted", "sleep 4321", "--annotation=team=a b=c", "--annotation=line=1\n2");
    JsonObject notes = containers.inspect("noted").getAsJsonObject("annotations");
    assertThat(notes.get("team").getAsString()).isEqualTo("a b=c");
    assertThat(notes.get("line").getAsString()).isEqualTo("1\n2");
  }

  @Test
  void a_detached_program_can_have_a_terminal_whose_output_is_kept() {
    containers.detach("tty", "tty; stty size; test -t 0 -a -t 2 && echo all; stat -c %A:%U /dev/console; sleep 4321", "--tty");
    containers.awaitLog("tty", "\n");
    String user = Host.says("id", "-un").strip();
    containers.awaitLog("tty", "crw--w----:" + user + "\r\n");
    assertThat(containers.says("logs", "tty")).isEqualTo("/dev/pts/0\r\n24 80\r\nall\r\ncrw--w----:" + user + "\r\n");
    containers.says("stop", "tty");
    containers.detach("again", "tty; exit 1", "--tty", "--restart=on-failure:2");
    run("wait", "again");
    assertThat(containers.says("logs", "again")).isEqualTo("/dev/pts/0\r\n".repeat(3));
  }

  @Test
  void its_processes_are_listed_with_their_pids_inside_and_outside() {
    containers.detach("busy", "sleep 4321 & setsid sleep 4322 & echo ready; wait");
    containers.awaitLog("busy", "ready");
    assertThat(containers.says("processes", "busy")).contains("sleep 4321", "sleep 4322", "INSIDE");
    JsonArray processes = JsonParser.parseString(containers.says("processes", "--json", "busy")).getAsJsonArray();
    List<Long> inside = new ArrayList<>();
    for (JsonElement process : processes) {
      long pid = process.getAsJsonObject().get("pid").getAsLong();
      assertThat(ProcessHandle.of(pid)).isPresent();
      inside.add(process.getAsJsonObject().get("pid-inside").getAsLong());
    }
    assertThat(inside).contains(1L, 2L).hasSize(4);
    containers.says("stop", "busy");
    assertThat(containers.says("processes", "--quiet", "busy")).isEmpty();
  }

  @Test
  void a_signal_can_reach_everything_inside() {
    String script = "trap 'echo got' USR1; (trap 'echo child' USR1; echo one; while :; do sleep 0.05; done) &"
        + " echo two; while :; do sleep 0.05; done";
    containers.detach("many", script);
    containers.awaitLog("many", "one");
    containers.awaitLog("many", "two");
    containers.says("kill", "--all", "--signal=USR1", "many");
    containers.awaitLog("many", "got");
    containers.awaitLog("many", "child");
    containers.says("kill", "--all", "--signal=TERM", "many");
    assertThat(run("wait", "many").status()).isEqualTo(143);
    refused(run("kill", "--all", "--signal=TERM", "many"), "it has ended");
  }
}
