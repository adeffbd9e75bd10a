package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container may consume is all that it gets, whoever starts it by whichever version of control groups. */
class LimitsIT {
  private static final String MANY = "i=0; while [ $i -lt 60 ]; do sleep 4321 & i=$((i+1)); done; echo all";
  private static final String GREEDY = "x = bytearray(200 << 20)";

  /** What doctor says of control groups. */
  private static String found;

  @TempDir Path directory;

  @BeforeAll
  static void ask_doctor(@TempDir Path elsewhere) {
    found = Carrel.command("doctor").withVariable("CARREL_STATE", elsewhere.resolve("state").toString()).run().out().lines()
        .filter(line -> line.contains("control groups")).findFirst().orElse("");
  }

  @BeforeEach
  void limits_can_be_had_here() {
    assumeTrue(found.startsWith("ok") && found.contains("memory") && found.contains("pids") && found.contains("cpu"),
        "needs control groups that this user may have: " + found);
  }

  @AfterEach
  void nothing_is_left() {
    for (String id : carrel("list", "--all", "--quiet").run().out().lines().toList()) {
      carrel("remove", "--force", id).run();
    }
    awaitNoGroups("clean");
  }

  /** Says a command again and again until there are none: a killed container ends in its own time. */
  private void awaitNoGroups(String... words) {
    Await.until("the end of all groups", () -> {
      carrel(words).says();
      return ControlGroups.of(directory.resolve("state")).isEmpty();
    });
  }

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private Carrel limited(List<String> options, String... command) {
    List<String> line = new ArrayList<>(List.of("run", "--no-cwd"));
    line.addAll(options);
    line.add("--");
    line.addAll(List.of(command));
    return carrel(line.toArray(String[]::new));
  }

  private JsonObject inspected(String name) {
    return JsonParser.parseString(carrel("inspect", name).says()).getAsJsonArray().get(0).getAsJsonObject();
  }

  private JsonObject used(String name) {
    return inspected(name).getAsJsonObject("usage");
  }

  @Test
  void a_fork_bomb_meets_the_limit_of_processes() {
    Carrel.Result bomb = limited(List.of("--pids=20"), "sh", "-c", MANY).run();
    assertThat(bomb.out()).doesNotContain("all");
    assertThat(bomb.err()).contains("fork");
    assertThat(limited(List.of("--pids=unlimited"), "sh", "-c", MANY + "; kill 0").run().out()).isEqualTo("all\n");
  }

  @Test
  void a_greedy_program_meets_the_limit_of_memory_and_is_said_to() {
    Carrel.Result killed = limited(List.of("--memory=64M", "--name=greedy", "--keep"), "python3", "-c", GREEDY).run();
    assertThat(killed.status()).as(killed.err()).isEqualTo(137);
    assertThat(killed.err()).startsWith("carrel: container greedy ran out of memory, and the kernel killed ")
        .endsWith(" of it. Its limit is 64 MiB; the most it had was 64 MiB. Give it more with --memory\n");
    JsonObject word = inspected("greedy").getAsJsonObject("out-of-memory");
    assertThat(word.get("limit").getAsLong()).isEqualTo(64 << 20);
    assertThat(word.get("peak").getAsLong()).isBetween(60L << 20, 64L << 20);

    assertThat(limited(List.of("--memory=600M"), "python3", "-c", GREEDY).run().status()).isZero();
  }

  @Test
  @Tag(User.ROOT)
  void that_a_detached_one_ran_out_of_memory_is_known_to_whoever_asks_later() throws Exception {
    assumeTrue(User.weAreRoot(), "needs root, whose groups stay when they are empty: systemd takes those away that it has delegated");
    Process telling = carrel("events", "--json").start(directory.resolve("events"));
    try {
      Await.until("the first event, from which on it looks", () -> {
        limited(List.of("-d"), "true").says();
        return Files.size(directory.resolve("events")) > 0;
      });
      limited(List.of("--memory=64M", "--name=later", "-d"), "sh", "-c", "sleep 1; exec python3 -c '" + GREEDY + "'").says();
      Carrel.Result waited = carrel("wait", "later").run();
      assertThat(waited.status()).isEqualTo(137);
      assertThat(waited.err()).contains("container later ran out of memory", "Its limit is 64 MiB");
      assertThat(inspected("later").getAsJsonObject("out-of-memory").get("kills").getAsInt()).isPositive();
      String events = "\"event\":\"%s\",\"id\":\"[0-9a-f]+\",\"name\":\"later\".*\"out-of-memory\":\\{\"kills\":\\d+";
      Await.until("its end", () -> Pattern.compile(events.formatted("ended")).matcher(Files.readString(directory.resolve("events"))).find());
      assertThat(Files.readString(directory.resolve("events"))).containsPattern(events.formatted("out-of-memory")).containsPattern(events.formatted("ended"));
    } finally {
      telling.destroy();
    }
  }

  @Test
  void one_that_is_made_first_and_started_later_has_its_limits_from_the_beginning() throws Exception {
    carrel("create", "--no-cwd", "--name=first", "--memory=64M", "--cpus=1", "--pids=20", "--", "sleep", "4324").says();
    carrel("start", "first").says();
    assertThat(inspected("first").getAsJsonObject("limits").get("pids").getAsInt()).isEqualTo(20);
    assertThat(inspected("first").getAsJsonObject("usage").get("pids").getAsInt()).isBetween(1, 3);
    carrel("stop", "--time=0", "first").says();
  }

  @Test
  void two_spinners_are_held_to_half_a_processor() throws Exception {
    String spin = """
        import os, time
        end = time.monotonic() + 5
        for i in range(2):
          if os.fork() == 0:
            while time.monotonic() < end: pass
            os._exit(0)
        os.wait(); os.wait()
        used = os.times()
        print((used.children_user + used.children_system) / 5, flush=True)
        time.sleep(4321)
        """;
    limited(List.of("--cpus=0.5", "--name=spinning", "-d"), "python3", "-c", spin).says();
    Await.until("the end of the spinning", () -> carrel("logs", "spinning").says().endsWith("\n"));
    double used = Double.parseDouble(carrel("logs", "spinning").says().strip());
    // In a period in which it was not held up it had less than it is allowed, because others used the processors, and never more.
    double held = Math.min(1, heldUp() / (5 / 0.1 - 1));
    assertThat(held).isPositive();
    assertThat(used).isBetween(0.475 * held, 0.525);
  }

  /** In how many periods of a tenth of a second the kernel has held it up; see "CFS Bandwidth Control" in the kernel's documents. */
  private long heldUp() throws IOException {
    long most = 0;
    for (Path group : ControlGroups.of(directory.resolve("state"))) {
      if (Files.exists(group.resolve("cpu.stat"))) {
        for (String line : Files.readAllLines(group.resolve("cpu.stat"))) {
          most = line.startsWith("nr_throttled ") ? Math.max(most, Long.parseLong(line.split(" ")[1])) : most;
        }
      }
    }
    return most;
  }

  @Test
  void a_writer_is_held_to_the_rate_of_its_disk() throws Exception {
    String device = Host.says("stat", "-c", "%Hd:%Ld", directory.toString());
    assumeTrue(!device.startsWith("0:") && Files.isDirectory(Path.of("/sys/dev/block", device)) && !Files.exists(Path.of("/sys/dev/block", device, "partition")),
        "needs a file system on a whole disk: " + device);
    Path file = directory.resolve("shared");
    Files.createDirectory(file);
    double seconds = 0;
    for (int i = 0; i < 10 && (i == 0 || seconds > 4.0); i++) { // others may use the disk as well
      seconds = written(device, file);
      assertThat(seconds).isGreaterThan(1.6); // 4 MiB
    }
    assertThat(seconds).isLessThan(4.0);
  }

  private double written(String device, Path file) {
    Carrel.Result result = limited(List.of("--io-max=" + device + ":wbps=2M", "--share=" + file + "=/shared"),
        "dd", "if=/dev/zero", "of=/shared/file", "bs=256k", "count=16", "oflag=direct").run();
    assumeTrue(!result.err().contains("controller io"), "needs the controller io: " + result.err());
    assertThat(result.status()).as(result.err()).isZero();
    return Double.parseDouble(result.err().replaceAll("(?s).*copied, ([0-9.]+) s,.*", "$1"));
  }

  @Test
  void limits_change_while_it_runs() {
    limited(List.of("--memory=64M", "--pids=10", "--name=changing", "-d"), "sleep", "4321").says();
    carrel("update", "--memory=600M", "--cpus=1.5", "--cpuset=0", "changing").says();
    carrel("exec", "changing", "--", "python3", "-c", GREEDY).says();
    assertThat(carrel("exec", "changing", "--", "nproc").says()).isEqualTo("1\n");

    Carrel.Result refused = carrel("update", "--pids=30", "--cpuset=4095", "changing").run();
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains("cannot keep a container to processors 4095");
    JsonObject limits = inspected("changing").getAsJsonObject("limits");
    assertThat(limits.toString()).isEqualTo("{\"memory\":629145600,\"cpus\":1.5,\"cpuset\":\"0\",\"pids\":10}");
    assertThat(carrel("exec", "changing", "--", "sh", "-c", MANY).run().out()).as("what was refused has changed nothing").doesNotContain("all");

    carrel("run", "--no-cwd", "-d", "--name=free", "--", "sleep", "4321").says();
    assertThat(carrel("update", "--pids=30", "free").run().err()).contains("it was started without any");
    assertThat(carrel("top", "--json").says()).contains("changing", "\"pids\": 10", "free");
    assertThat(carrel("top", "--sort=memory").says()).contains("600 MiB");
  }

  @Test
  void of_changes_at_once_none_is_lost() throws Exception {
    limited(List.of("--memory=64M", "--name=wanted", "-d"), "sleep", "4321").says();
    List<Process> changes = new ArrayList<>();
    for (String limit : List.of("--memory=600M", "--cpus=1.5", "--cpu-weight=70", "--pids=30")) {
      changes.add(carrel("update", limit, "wanted").start(directory.resolve("changes")));
    }
    for (Process change : changes) {
      assertThat(change.waitFor()).as(() -> Host.says("cat", directory.resolve("changes").toString())).isZero();
    }
    assertThat(inspected("wanted").getAsJsonObject("limits").toString()).isEqualTo("{\"memory\":629145600,\"cpus\":1.5,\"cpu-weight\":70,\"pids\":30}");
  }

  @Test
  void a_paused_one_stands_still_and_can_be_killed() throws Exception {
    limited(List.of("--pids=10", "--name=still", "-d"), "sh", "-c", "while :; do :; done").says();
    carrel("pause", "still").says();
    long before = used("still").get("cpu-milliseconds").getAsLong();
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(used("still").get("cpu-milliseconds").getAsLong()).isEqualTo(before);
    assertThat(carrel("exec", "still", "--", "true").run().err()).contains("it is paused");
    carrel("resume", "still").says();
    carrel("exec", "still", "--", "true").says();
    freeze(); // as an update does while it moves what is inside, which may be killed then
    carrel("update", "--pids=11", "still").says();
    carrel("exec", "still", "--", "true").says();
    carrel("pause", "still").says();
    carrel("update", "--pids=12", "still").says();
    assertThat(carrel("exec", "still", "--", "true").run().err()).as("an update wakes nobody who was paused").contains("it is paused");
    carrel("kill", "still").says();
    assertThat(inspected("still").get("signal").getAsInt()).isIn(15, 9); // it is asked before, and may be quick

    limited(List.of("--pids=unlimited", "--as-pid-1", "--name=first", "-d"), "sleep", "4321").says();
    carrel("pause", "first").says();
    assertThat(carrel("exec", "first", "--", "true").run().err()).contains("it is paused");
    carrel("resume", "first").says();
    carrel("exec", "first", "--", "true").says();
  }

  /** While it moves what is inside; a few are too quick. */
  @Test
  void what_an_update_that_was_killed_has_left_standing_goes_on_with_the_next_command() throws Exception {
    boolean killed = false;
    for (int i = 0; i < 10 && !killed; i++) {
      String name = "standing" + i;
      limited(List.of("--pids=unlimited", "--name=" + name, "-d"), "sh", "-c", MANY + "; wait").says();
      Await.until("all of its processes", () -> carrel("logs", name).says().contains("all"));
      List<Path> groups = ControlGroups.of(directory.resolve("state"));
      Process update = carrel("update", "--cpus=1.5", "--memory=1G", name).start(directory.resolve("update"));
      while (update.isAlive() && !standsStill(groups)) {
        Thread.onSpinWait();
      }
      update.destroyForcibly().waitFor();
      killed = standsStill(groups);
      if (killed) {
        carrel("exec", name, "--", "true").says();
        assertThat(standsStill(groups)).isFalse();
        carrel("update", "--cpus=1.5", name).says();
      }
      carrel("remove", "--force", name).says();
    }
    assumeTrue(killed, "needs an update that takes long enough to be killed half-way");
  }

  private static boolean standsStill(List<Path> groups) throws IOException {
    for (Path group : groups) {
      for (String[] file : new String[][] {{"freezer.state", "FROZEN"}, {"cgroup.freeze", "1"}}) {
        if (Files.exists(group.resolve(file[0])) && Files.readString(group.resolve(file[0])).strip().equals(file[1])) {
          return true;
        }
      }
    }
    return false;
  }

  private void freeze() throws Exception {
    for (Path group : ControlGroups.of(directory.resolve("state"))) {
      for (String[] file : new String[][] {{"freezer.state", "FROZEN"}, {"cgroup.freeze", "1"}}) {
        if (Files.exists(group.resolve(file[0]))) {
          Files.writeString(group.resolve(file[0]), file[1]);
        }
      }
    }
  }

  @Test
  void a_kill_reaches_what_is_in_no_pid_namespace_of_the_container() throws Exception {
    String mark = "98" + ProcessHandle.current().pid();
    Process run = limited(List.of("--namespaces=all,-pid", "--pids=50"), "sh", "-c", "setsid sleep " + mark + " & sleep " + mark).start(directory.resolve("out"));
    try {
      assertThat(awaitSleepers(mark, 2)).isEqualTo(2);
      Await.until("its record, which comes a moment after its start", () -> !carrel("list", "--quiet").says().isEmpty());
      for (String id : carrel("list", "--quiet").says().lines().toList()) {
        carrel("kill", id).says();
      }
      assertThat(run.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(awaitSleepers(mark, 0)).isZero();
    } finally {
      run.destroyForcibly();
    }
  }

  private static long awaitSleepers(String mark, long wanted) throws InterruptedException {
    long count = -1;
    for (int i = 0; i < 40 * Await.SECONDS && count != wanted; i++) {
      TimeUnit.MILLISECONDS.sleep(i == 0 ? 0 : 25);
      try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
        count = all.filter(process -> process.info().commandLine().orElse("").endsWith("sleep " + mark) && !process.info().commandLine().orElse("").contains("sh -c"))
            .count();
      }
    }
    return count;
  }

  @Test
  void from_inside_nobody_gets_out() throws Exception {
    String script = "sed 's/.*://' /proc/self/cgroup | sort -u; ls /sys/fs/cgroup; mkdir /tmp/c; mount -t cgroup2 none /tmp/c; "
        + "mount -t cgroup -o memory none /tmp/c; echo $$ > /sys/fs/cgroup/cgroup.procs; echo $$ > /sys/fs/cgroup/memory/tasks";
    for (List<String> options : List.of(List.of("--pids=50"), List.of("--pids=50", "--cap-add=ALL"), List.of("--pids=50", "--ids=1", "--cap-add=ALL"))) {
      Carrel.Result result = limited(options, "sh", "-c", script).run();
      assertThat(result.out()).as("as it sees itself, it is at the top, and sees no groups").isEqualTo("/\n");
      assertThat(result.err().lines().filter(line -> line.contains("mount: ") || line.contains("mount(")).count()).as(result.err()).isPositive();
      assertThat(result.status()).isNotZero();
    }
    limited(List.of("--pids=20", "--name=outer", "-d"), "sleep", "4321").says();
    Carrel.Result exec = carrel("exec", "outer", "--", "sh", "-c", "sed 's/.*://' /proc/self/cgroup | sort -u; " + MANY).run();
    assertThat(exec.out()).as("a program that comes later is in it, too").isEqualTo("/\n");
  }

  @Test
  void a_container_in_the_container_has_no_more_than_that() {
    limited(List.of("--pids=20", "--name=around", "-d", "--weak=user-namespaces"), "sleep", "4321").says();
    Carrel.Result nested = carrel("exec", "around", "--", "unshare", "-Ur", "sh", "-c", MANY).run();
    assertThat(nested.out()).doesNotContain("all");
  }

  @Test
  void a_killed_carrel_leaves_no_group_for_long() throws Exception {
    for (int i = 0; i < Integer.getInteger("carrel.kills", 6); i++) {
      Process run = limited(List.of("--pids=50", "--memory=100M"), "sleep", "4321").start(directory.resolve("out"));
      TimeUnit.MILLISECONDS.sleep(100 + 120 * (i % 6));
      run.destroyForcibly().waitFor();
    }
    awaitNoGroups("run", "--no-cwd", "--pids=50", "--", "true"); // the next start takes them away
  }

  @Test
  void what_makes_no_sense_is_refused_and_changes_nothing() throws Exception {
    Map<String, String> wrong = Map.ofEntries(
        Map.entry("--memory=-1", "is no size"), Map.entry("--memory=0", "at least 1M of memory"), Map.entry("--memory=NaN", "is no size"),
        Map.entry("--memory=99999999999999999999", "is no size"), Map.entry("--pids=0", "1 to 4194304 processes"), Map.entry("--pids=-1", "is no number"),
        Map.entry("--cpus=NaN", "is no number of processors"), Map.entry("--cpus=0", "0.01 to 1000000 processors"), Map.entry("--cpuset=4095", "cannot keep"),
        Map.entry("--io-max=/dev/null:rbps=1M", "is no disk"));
    for (Map.Entry<String, String> option : wrong.entrySet()) {
      Carrel.Result result = limited(List.of(option.getKey()), "true").run();
      assertThat(result.status()).as(option.getKey() + result.err()).isEqualTo(125);
      assertThat(result.err()).contains(option.getValue());
    }
    assertThat(ControlGroups.of(directory.resolve("state"))).isEmpty();
  }

  @Test
  void a_plan_with_limits_shows_how_it_comes_into_its_groups_and_makes_none() throws Exception {
    assertThat(carrel("plan", "run", "--pids=50", "--", "true").says()).contains("limits      pids=50", "unshare(CLONE_NEWCGROUP)");
    assertThat(ControlGroups.of(directory.resolve("state"))).isEmpty();
  }
}
