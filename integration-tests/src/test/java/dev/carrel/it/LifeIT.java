package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a container after the command that started it: detached containers, and what others do to them. */
class LifeIT {
  private static final String COUNTING = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done";

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

  private Carrel carrel(String... words) {
    return containers.carrel(words);
  }

  private Carrel.Result run(String... words) {
    return containers.run(words);
  }

  private String detach(String name, String script, String... options) {
    return containers.detach(name, script, options);
  }

  private JsonObject inspect(String name) {
    return containers.inspect(name);
  }

  private static void refused(Carrel.Result result, String... words) {
    Containers.refused(result, words);
  }

  private void awaitLog(String name, String text) {
    containers.awaitLog(name, text);
  }

  @Test
  void a_detached_container_outlives_carrel_and_is_found_again() {
    String id = detach("web", "sleep 4321");
    assertThat(id).matches("[0-9a-f]{8}");
    assertThat(run("list").out()).contains(id, "web", "running", "sh -c 'sleep 4321'");
    JsonObject info = inspect("web");
    assertThat(info.get("id").getAsString()).isEqualTo(id);
    assertThat(info.get("state").getAsString()).isEqualTo("running");
    assertThat(ProcessHandle.of(info.get("pid").getAsLong())).isPresent();
    assertThat(inspect(id.substring(0, 4)).get("id").getAsString()).isEqualTo(id);
    assertThat(run("list", "--json").out()).contains("\"name\": \"web\"");
  }

  @Test
  void how_it_ended_is_known_until_it_is_removed() {
    detach("job", "exit 7");
    Carrel.Result waited = run("wait", "job");
    assertThat(waited.out()).isEqualTo("7\n");
    assertThat(waited.status()).isEqualTo(7);
    assertThat(run("list").out()).doesNotContain("job");
    assertThat(run("list", "--all").out()).contains("job", "exit 7");
    JsonObject info = inspect("job");
    assertThat(info.get("status").getAsInt()).isEqualTo(7);
    assertThat(Instant.parse(info.get("ended").getAsString())).isBeforeOrEqualTo(Instant.now());
    assertThat(run("remove", "job").status()).isZero();
    refused(run("inspect", "job"), "no container is called 'job'");
  }

  @Test
  void its_output_is_kept_stream_by_stream() {
    detach("talk", "echo out; echo err >&2; printf 'no end'");
    run("wait", "talk");
    Carrel.Result logs = run("logs", "talk");
    assertThat(logs.out()).isEqualTo("out\nno end");
    assertThat(logs.err()).isEqualTo("err\n");
    assertThat(run("logs", "--timestamps", "talk").out()).matches("(?s)\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z out\n\\S+Z no end");
    assertThat(run("logs", "--tail=1", "talk").out()).isEqualTo("no end");
    List<String> lines = run("logs", "--json", "talk").out().lines().toList();
    assertThat(lines).hasSize(3).anySatisfy(line -> assertThat(line).contains("\"stream\":\"stderr\"", "\"text\":\"err\\n\""));
  }

  @Test
  void a_log_is_followed_to_the_end() {
    detach("slow", "for i in 1 2 3 4 5; do echo line $i; sleep 0.2; done");
    assertThat(run("logs", "--follow", "slow").out()).isEqualTo("line 1\nline 2\nline 3\nline 4\nline 5\n");
    assertThat(run("logs", "--since=1h", "slow").out()).startsWith("line 1\n");
    assertThat(run("logs", "--since=" + Instant.now(), "slow").out()).isEmpty();
  }

  @Test
  void a_log_is_bounded_and_keeps_the_newest() throws Exception {
    detach("flood", "seq 1 2000000; echo end"); // 15 MB
    run("wait", "flood");
    Carrel.Result logs = run("logs", "flood");
    List<String> lines = logs.out().lines().toList();
    assertThat(logs.out()).endsWith("\n2000000\nend\n").hasSizeBetween(4 << 20, 8 << 20);
    int first = Integer.parseInt(lines.get(1));
    assertThat(lines.subList(1, lines.size() - 1)).hasSize(2_000_000 - first + 1); // none is missing in between
  }

  @Test
  void stopping_asks_and_then_kills() {
    detach("polite", "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done");
    awaitLog("polite", "ready");
    assertThat(run("stop", "polite").status()).isZero();
    assertThat(inspect("polite").get("status").getAsInt()).isEqualTo(3);
    detach("deaf", "trap '' TERM; setsid sleep 4321 & echo ready; while :; do sleep 0.05; done");
    awaitLog("deaf", "ready");
    assertThat(run("stop", "--time=1", "deaf").status()).isZero();
    JsonObject killed = inspect("deaf");
    assertThat(killed.get("status").getAsInt()).isEqualTo(137);
    assertThat(Instant.parse(killed.get("ended").getAsString())).isAfter(Instant.parse(killed.get("started").getAsString()).plusMillis(500));
    assertThat(run("stop", "deaf").status()).isZero(); // it has ended: so be it
  }

  @Test
  void killing_asks_nobody() {
    for (String way : List.of("kill", "stop")) {
      detach("by" + way, "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done");
      awaitLog("by" + way, "ready");
      assertThat((way.equals("kill") ? run("kill", "bykill") : run("stop", "--time=0", "bystop")).status()).isZero();
      assertThat(inspect("by" + way).get("status").getAsInt()).as(way).isEqualTo(137);
    }
  }

  @Test
  void a_signal_reaches_the_program_by_name_and_number() {
    detach("listens", "trap 'echo usr1' USR1; trap 'echo hup; exit' HUP; echo ready; while :; do sleep 0.05; done");
    awaitLog("listens", "ready");
    assertThat(run("kill", "--signal=SIGUSR1", "listens").status()).isZero();
    awaitLog("listens", "usr1");
    assertThat(run("kill", "-s", "1", "listens").status()).isZero();
    run("wait", "listens");
    assertThat(run("logs", "listens").out()).isEqualTo("ready\nusr1\nhup\n");
    refused(run("kill", "listens"), "it has ended");
    refused(run("kill", "--signal=USR3", "listens"), "is no signal", "USR");
  }

  @Test
  void another_program_runs_in_all_of_its_namespaces_confined_as_it_is() {
    detach("host", "echo here > /tmp/file; sleep 4321", "--hostname=inner");
    Carrel.Result result = run("exec", "host", "--", "sh", "-c",
        "until grep -qs here /tmp/file; do sleep 0.05; done; cat /tmp/file; hostname; grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; ls /proc | grep -c '^[0-9]'; exit 5");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("here\ninner\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n");
    assertThat(result.status()).isEqualTo(5);
    assertThat(carrel("exec", "host", "cat").withInput("through\n").run().out()).isEqualTo("through\n");
    assertThat(run("exec", "--env=A=b c", "--workdir=/usr", "host", "sh", "-c", "echo $A; pwd").out()).isEqualTo("b c\n/usr\n");
    assertThat(run("exec", "host", "no-such-program").status()).isEqualTo(127);
    assertThat(run("exec", "host", "/etc").status()).isEqualTo(126);
    assertThat(run("exec", "host", "sh", "-c", "kill -9 $$").status()).isEqualTo(137);
  }

  @Test
  void a_program_on_a_terminal_gets_one_inside() throws Exception {
    detach("host", "sleep 4321");
    Typing.Seen seen = new Typing(carrel("exec", "host", "--", "sh", "-c", "tty; stty size; ps -o tty= -p $$ || :; exit 4")).run();
    assertThat(seen.screen()).containsPattern("/dev/pts/\\d+\r\n24 80\r\n");
    assertThat(seen.status()).isEqualTo(4);
    assertThat(seen.restored()).isTrue();
  }

  @Test
  void it_is_entered_by_pid_as_guix_does() {
    detach("host", "sleep 4321");
    String pid = inspect("host").get("pid").getAsString();
    Carrel.Result inside = run("container", "exec", pid, "/bin/sh", "-c", "pwd; env | grep -v -E '^(PWD|SHLVL|_|OLDPWD)='");
    assertThat(inside.out()).isEqualTo("/\n");
    Carrel.Result failing = run("container", "exec", pid, "/bin/sh", "-c", "exit 9");
    assertThat(failing.status()).isEqualTo(9);
    assertThat(failing.err()).contains("process exited with status 9");
    Carrel.Result killed = run("container", "exec", pid, "/bin/sh", "-c", "kill -TERM $$");
    assertThat(killed.status()).isEqualTo(143);
    assertThat(killed.err()).contains("process terminated with signal 15");
    List<String> pids = run("processes", "--quiet", "host").out().lines().toList();
    String other = pids.stream().filter(line -> !line.equals(pid)).findFirst().orElseThrow();
    assertThat(run("container", "exec", other, "/bin/sh", "-c", "set -- /proc/[0-9]*; echo $#").out())
        .as("exactly its processes are seen: sh is new").isEqualTo(pids.size() + 1 + "\n");
    refused(run("container", "exec"), "no pid specified");
    refused(run("container", "exec", pid), "no command specified");
    refused(run("container", "exec", "1", "/bin/true"), "no such process 1");
  }

  @Test
  void what_is_paused_stands_still_and_goes_on() throws Exception {
    detach("count", COUNTING);
    awaitLog("count", "1\n");
    assertThat(run("pause", "count").status()).isZero();
    assertThat(run("list").out()).contains("paused");
    String stopped = awaitStandstill("count");
    refused(run("exec", "count", "true"), "paused", "carrel resume");
    assertThat(run("resume", "count").status()).isZero();
    assertThat(run("list").out()).contains("running");
    int lines = (int) stopped.lines().count();
    awaitLog("count", "\n" + (lines + 5) + "\n");
    run("pause", "count");
    assertThat(run("stop", "count").status()).isZero(); // what is paused can be stopped
    refused(run("pause", "count"), "it has ended");
    refused(run("resume", "count"), "it has ended");
    refused(run("exec", "count", "true"), "it has ended");
  }

  /** Its log once that grows no more: what was written before may arrive late. */
  private String awaitStandstill(String name) {
    String[] last = {run("logs", name).out()};
    Await.until(name + " to stand still", () -> {
      TimeUnit.MILLISECONDS.sleep(300);
      String before = last[0];
      last[0] = run("logs", name).out();
      return before.equals(last[0]);
    });
    return last[0];
  }

  @Test
  void a_program_that_fails_is_started_again_as_often_as_was_said() {
    detach("fails", "echo try; exit 4", "--restart=on-failure:2");
    assertThat(run("wait", "fails").out()).isEqualTo("4\n");
    assertThat(run("logs", "fails").out()).isEqualTo("try\ntry\ntry\n");
    detach("recovers", "echo try; test -e /tmp/second && exit 0; touch /tmp/second; kill -9 $$", "--restart=on-failure");
    assertThat(run("wait", "recovers").out()).isEqualTo("0\n");
    assertThat(run("logs", "recovers").out()).isEqualTo("try\ntry\n");
  }

  @Test
  void what_is_stopped_is_not_started_again() {
    detach("again", "echo try; sleep 4321", "--restart=on-failure");
    awaitLog("again", "try");
    assertThat(run("stop", "again").status()).isZero();
    assertThat(run("logs", "again").out()).isEqualTo("try\n");
    assertThat(inspect("again").get("status").getAsInt()).isEqualTo(143);
  }

  @Test
  void its_turns_are_told_as_they_come() throws Exception {
    run("create", "--no-cwd", "--name=turning", "--", "sh", "-c", "sleep 4321");
    detach("seen", "sleep 4321");
    Path output = directory.resolve("events");
    Process events = carrel("events", "turning", "seen").start(output);
    String ready = run("create", "--no-cwd", "--name=other", "--", "true").out(); // is not asked for
    Await.until("the first event, from which on it looks", () -> {
      run("pause", "seen");
      run("resume", "seen");
      return Files.readString(output).contains(" seen\n");
    });
    run("remove", "--force", "seen");
    run("start", "turning");
    awaitEvent(output, "running");
    run("pause", "turning");
    awaitEvent(output, "paused");
    run("resume", "turning");
    awaitEvent(output, "resumed");
    run("stop", "turning");
    awaitEvent(output, "ended");
    run("remove", "turning");
    assertThat(events.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(output).lines().filter(line -> line.contains(" turning")).map(line -> line.split(" ")[1])).containsExactly("running", "paused", "resumed", "ended", "removed");
    assertThat(Files.readString(output)).contains(" turning 143\n").doesNotContain(ready.strip());
    refused(run("events", "nobody"), "no container is called 'nobody'");
  }

  private static void awaitEvent(Path output, String event) {
    Await.until(event, () -> Files.readString(output).matches("(?s).* " + event + " [0-9a-f]+ turning.*"));
  }

  @Test
  void sigchld_that_the_caller_ignores_does_no_harm() {
    String[] ignoring = {"sh", "-c", "trap '' CHLD; exec \"$@\"", "sh"};
    assertThat(carrel("run", "--no-cwd", "--", "sh", "-c", "true & wait; exit 6").under(ignoring).run().status()).isEqualTo(6);
    detach("host", "sleep 4321");
    assertThat(carrel("exec", "host", "sh", "-c", "exit 7").under(ignoring).run().status()).isEqualTo(7);
  }

  @Test
  void a_name_is_one_containers_alone() {
    detach("mine", "sleep 4321");
    refused(run("run", "--no-cwd", "--name=mine", "--", "true"), "the name mine is taken", "carrel stop mine");
    run("kill", "mine");
    refused(run("run", "--no-cwd", "-d", "--name=mine", "--", "true"), "the name mine is taken", "which has ended", "carrel remove mine");
    run("remove", "mine");
    detach("mine", "true");
  }

  @Test
  void names_that_are_no_names_are_refused() {
    for (String name : List.of("../x", "a/b", ".hidden", "x".repeat(65), "a b", "a\nb", "-x", "ä")) {
      refused(run("run", "--no-cwd", "--name=" + name, "--", "true"), "is no name for a container");
    }
    assertThat(containers.state()).doesNotExist();
  }

  @Test
  void a_container_in_the_foreground_is_seen_by_others_while_it_runs() throws Exception {
    Path output = directory.resolve("output");
    Process process = carrel("run", "--no-cwd", "--name=front", "--", "sh", "-c", "echo started; sleep 4321").start(output);
    Await.until("its start", () -> Files.readString(output).contains("started") && run("list").out().contains("front")); // recorded a moment later
    assertThat(run("exec", "front", "id", "-u").status()).isZero();
    refused(run("logs", "front"), "has no log");
    refused(run("remove", "front"), "it runs");
    assertThat(run("stop", "front").status()).isZero();
    assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(run("list", "--all").out()).doesNotContain("front");
  }

  @Test
  void the_pid_is_written_where_it_is_wanted() throws Exception {
    Path file = directory.resolve("pid");
    detach("pid", "sleep 4321", "--pid-file=" + file);
    assertThat(Files.readString(file).strip()).isEqualTo(inspect("pid").get("pid").getAsString());
    refused(run("run", "--no-cwd", "--pid-file=/nonexistent/pid", "--", "sleep", "4321"), "cannot write the pid to /nonexistent/pid");
  }

  @Test
  void what_makes_no_sense_is_refused_in_one_line() {
    refused(run("stop"), "which container?");
    refused(run("stop", "--time=x", "y"), "--time=x is no whole number");
    refused(run("exec"), "which container?");
    refused(run("exec", "--bogus", "x"), "unknown option --bogus");
    refused(run("exec", "-t", "x", "true"), "unknown option -t: leave it out");
    refused(run("update", "-m", "1g", "x"), "unknown option -m; did you mean --memory?");
    refused(run("logs", "nobody"), "no container is called 'nobody'");
    refused(run("run", "--restart=on-failure", "--", "true"), "add --detach");
    refused(run("run", "-d", "--restart=always", "--", "true"), "on-failure");
    refused(run("list", "x"), "unknown word x");
  }

  @Test
  void a_stop_that_races_with_the_end_succeeds() {
    for (int i = 0; i < 5; i++) {
      detach("brief", "exit 0");
      assertThat(run("stop", "brief").status()).isZero();
      assertThat(run("remove", "brief").status()).isZero();
    }
  }
}
