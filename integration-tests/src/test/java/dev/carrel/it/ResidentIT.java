package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code carrel serve}, and commands that start no JVM because of it. */
class ResidentIT {
  /** What the script becomes: the client, or a JVM. */
  private static final String CLIENT = "connect";

  @TempDir static Path places;
  private static Resident runtime;

  /** A resident runtime with a socket and a state of its own. */
  private record Resident(Path directory, Process process) {
    static Resident start(Path directory) throws Exception {
      Resident started = new Resident(directory, command(directory, "serve").start(directory.resolve("serve.log")));
      Await.until("the resident runtime listens", () -> Files.readString(directory.resolve("serve.log")).contains(started.socket().toString()));
      return started;
    }

    private static Carrel command(Path directory, String... words) {
      return Carrel.command(words).withVariable("CARREL_RESIDENT", directory.resolve("resident").toString())
          .withVariable("CARREL_STATE", directory.resolve("state").toString()).withVariable("CARREL_STORE", directory.resolve("store").toString());
    }

    Carrel command(String... words) {
      return command(directory, words);
    }

    Path socket() {
      return directory.resolve("resident/socket");
    }

    /** Those of callers, which write to files of these tests. */
    List<String> foreignDescriptors() throws IOException {
      List<String> foreign = new ArrayList<>();
      try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
        for (Path one : all.toList()) {
          try {
            String file = Files.readSymbolicLink(one).toString();
            if (file.startsWith(places + "/out")) {
              foreign.add(file);
            }
          } catch (NoSuchFileException e) {
            continue; // closed meanwhile
          }
        }
      }
      return foreign;
    }

    void end() throws InterruptedException {
      process.destroy();
      assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  @BeforeAll
  static void serve() throws Exception {
    runtime = Resident.start(Files.createDirectory(places.resolve("shared")));
  }

  @AfterAll
  static void end() throws Exception {
    runtime.end();
    assertThat(runtime.socket()).doesNotExist();
  }

  private static Carrel run(String... command) {
    List<String> words = new ArrayList<>(List.of("run", "--no-cwd", "--"));
    words.addAll(List.of(command));
    return runtime.command(words.toArray(new String[0]));
  }

  /** The program that a command has become once its container runs. */
  private static String programOf(Carrel carrel) throws Exception {
    Path output = Files.createTempFile(places, "out", "");
    Process process = carrel.start(output);
    try {
      Await.until("the container runs", () -> Files.readString(output).contains("runs"));
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/exe")).getFileName().toString();
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private static Carrel lasting(String... options) {
    List<String> words = new ArrayList<>(List.of("run", "--no-cwd"));
    words.addAll(List.of(options));
    words.addAll(List.of("--", "sh", "-c", "echo runs; exec sleep 4321"));
    return runtime.command(words.toArray(new String[0]));
  }

  @Test
  void no_jvm_is_started_for_a_command() throws Exception {
    assertThat(programOf(lasting())).isEqualTo(CLIENT);
  }

  @Test
  void a_command_has_the_streams_the_directory_the_variables_and_the_status_of_who_says_it() throws Exception {
    Path here = Files.createDirectory(places.resolve("here"));
    Carrel.Result result = runtime.command("run", "--preserve=^MINE$", "--", "sh", "-c", "cat; pwd; echo $MINE; echo problem >&2; exit 7")
        .in(here).withInput("typed\n").withVariable("MINE", "two words").run();

    assertThat(result.status()).isEqualTo(7);
    assertThat(result.out()).isEqualTo("typed\n" + here.toRealPath() + "\ntwo words\n");
    assertThat(result.err()).isEqualTo("problem\n");
  }

  @Test
  void a_mistake_is_told_as_without_it() {
    Carrel.Result served = runtime.command("run", "--bogus").run();
    Carrel.Result alone = runtime.command("run", "--bogus").withVariable("CARREL_RESIDENT", "none").run();

    assertThat(served).isEqualTo(alone);
    assertThat(run("no-such-program").run().status()).isEqualTo(127);
  }

  @Test
  void a_program_has_a_terminal_like_the_callers() throws Exception {
    Typing.Seen seen = new Typing(run("env", "PS1=ready: ", "sh", "-i")).expect("ready:").enter("stty size").expect("24 80").expect("ready:")
        .enter("sh -c 'echo be\"\"gun; exec sleep 4321'").expect("begun").send("\u0003").expect("ready:").enter("exit 5").run();

    assertThat(seen.status()).isEqualTo(5);
    assertThat(seen.restored()).isTrue();
  }

  @Test
  void a_new_size_of_the_callers_window_is_seen_inside() throws Exception {
    Typing.Seen seen = new Typing(run("sh", "-c", "trap 'stty size; exit 3' WINCH; echo ready; while :; do sleep 0.05; done"))
        .expect("ready").size(30, 100).expect("30 100").run();

    assertThat(seen.status()).isEqualTo(3);
    assertThat(seen.restored()).isTrue();
  }

  @Test
  void signals_go_to_the_program() throws Exception {
    Path output = Files.createTempFile(places, "out", "");
    Process process = run("sh", "-c", "trap 'echo ended; exit 9' TERM; echo runs; while :; do sleep 0.05; done").start(output);
    Await.until("the container runs", () -> Files.readString(output).contains("runs"));

    process.destroy();

    assertThat(process.waitFor()).isEqualTo(9);
    assertThat(output).hasContent("runs\nended\n");
  }

  @Test
  void a_command_without_a_program_is_ended_by_a_signal() throws Exception {
    runtime.command("run", "--no-cwd", "--detach", "--name=waited", "--", "sleep", "4321").says();
    try {
      Process process = runtime.command("wait", "waited").start(places.resolve("waiting"));
      Await.until("the runtime was asked", () -> Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/exe")).endsWith(CLIENT));
      Thread.sleep(100); // it waits, or is about to: both are to be ended

      process.destroy();

      assertThat(process.waitFor()).isEqualTo(128 + 15);
    } finally {
      runtime.command("kill", "waited").run();
      runtime.command("remove", "waited").run();
    }
  }

  @Test
  void a_container_ends_with_a_caller_that_is_killed() throws Exception {
    Path output = Files.createTempFile(places, "out", "");
    Process process = lasting("--name=left").start(output);
    Await.until("the container runs", () -> Files.readString(output).contains("runs"));
    Await.until("it is recorded", () -> runtime.command("list").says().contains("left"));

    process.destroyForcibly();

    Await.until("the container has ended", () -> !runtime.command("list").says().contains("left"));
  }

  @Test
  void its_shell_is_at_the_callers_terminal_and_containers_take_that_and_give_it_back() throws Exception {
    Typing.Seen seen = new Typing(runtime.command("connect")).expect("carrel> ").enter("echo fir''st").expect("first").expect("carrel> ")
        .enter("run --no-cwd -- env 'PS1=in: ' sh -i").expect("in: ").enter("stty size; exit 3").expect("24 80").expect("carrel> ")
        .enter("echo was $status").expect("was 3").expect("carrel> ").send("half a line").expect("line").send("\u0003").expect("carrel> ")
        .enter("echo be''gun; sleep 4321").expect("begun").send("\u0003").expect("carrel> ").enter("exit 4").run();

    assertThat(seen.status()).isEqualTo(4);
    assertThat(seen.restored()).isTrue();
  }

  @Test
  void its_shell_reads_commands_from_an_input_that_is_no_terminal() {
    Carrel.Result result = runtime.command("connect").withInput("felix:lb -s dev.carrel.resident\nexit 5\n").run();

    assertThat(result.status()).isEqualTo(5);
    assertThat(result.out()).contains("dev.carrel.resident");
  }

  @Test
  void without_a_runtime_there_is_no_shell_of_it() {
    Carrel.Result result = runtime.command("connect").withVariable("CARREL_RESIDENT", "none").run();

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("no resident runtime serves you here", "carrel serve");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ulimit -S -c 0 -H -c 0; ulimit -n 500", "umask 077", "export CARREL_STATE=/elsewhere", "export XDG_DATA_HOME=/elsewhere",
    "export CARREL_RESIDENT=none", "set -- nice \"$@\"", "set -- setpriv --no-new-privs \"$@\"", "set -- taskset 1 \"$@\"", "set -- \"$@\" --no-such-place=/proc/self/cwd",
    "set -- \"$@\" --preserve-fds=1"})
  void who_would_get_something_else_without_it_is_not_served(String change) throws Exception {
    String ask = change + "; exec \"$0\" \"$@\" 9<" + runtime.directory().resolve("resident");
    Path client = Checkout.underTest().directory().resolve("launcher/target/carrel/client/ask");
    Carrel asked = runtime.command();
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", change.contains("set -- nice") || change.contains("set -- setpriv") || change.contains("set -- taskset")
        ? change.replace("\"$@\"", "\"$0\" \"$@\"") + "; exec \"$@\" 9<" + runtime.directory().resolve("resident") : ask, client.toString(), "run");
    builder.environment().putAll(asked.environment());
    boolean taken = builder.start().waitFor() == 0;

    assertThat(taken).isEqualTo(change.equals("export CARREL_RESIDENT=none")); // which the script looks at
  }

  @Test
  void who_is_not_served_has_the_same_done_by_a_jvm() throws Exception {
    assertThat(programOf(lasting().under("sh", "-c", "umask 077; exec \"$0\" \"$@\""))).isEqualTo("java");
    assertThat(programOf(lasting().withVariable("CARREL_RESIDENT", "none"))).isEqualTo("java");
  }

  /** As in most sessions, where the runtime itself has raised it to the hard one. */
  @Test
  void a_soft_limit_of_open_files_below_the_hard_one_is_none_for_who_is_served() throws Exception {
    assertThat(programOf(lasting().under("sh", "-c", "ulimit -S -n 1000; exec \"$0\" \"$@\""))).isEqualTo(CLIENT);
  }

  @Test
  void a_service_of_roots_serves_roots_sessions_and_those_of_others_have_to_be_the_runtimes() throws Exception {
    String program = programOf(lasting().withVariable("XDG_RUNTIME_DIR", "/elsewhere").withVariable("DBUS_SESSION_BUS_ADDRESS", "unix:path=/elsewhere/bus"));
    assertThat(program).isEqualTo(User.weAreRoot() ? CLIENT : "java");
  }

  @Test
  @Tag(User.ROOT)
  void another_user_is_not_let_in() throws Exception {
    User other = User.ordinary().orElseThrow();
    Path client = Checkout.underTest().directory().resolve("launcher/target/carrel/client/ask");
    ProcessBuilder builder = new ProcessBuilder(other.command(List.of("sh", "-c", "exec \"$0\" run 9<" + runtime.directory().resolve("resident"), client.toString())));
    builder.environment().putAll(runtime.command().environment());

    assertThat(builder.start().waitFor()).isNotZero();
  }

  @Test
  void many_commands_at_once_are_kept_apart_and_leave_nothing_behind() throws Exception {
    commandsAtOnce();
    commandsAtOnce();

    Await.until("no descriptors are left", () -> runtime.foreignDescriptors().isEmpty());
  }

  private static void commandsAtOnce() throws Exception {
    List<Path> outputs = new ArrayList<>();
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      outputs.add(Files.createTempFile(places, "out", ""));
      processes.add(run("sh", "-c", "echo " + i + "; exit " + i).start(outputs.get(i)));
    }
    for (int i = 0; i < processes.size(); i++) {
      assertThat(processes.get(i).waitFor()).isEqualTo(i);
      assertThat(outputs.get(i)).hasContent(i + "\n");
    }
  }

  @Test
  void what_a_command_used_can_be_collected_after_it() throws Exception {
    Path content = Files.createDirectory(places.resolve("content"));
    runtime.command("store", "add", content.toString(), "--name=brief").says();
    runtime.command("store", "forget", "brief").says();

    assertThat(runtime.command("store", "gc").says()).contains("deleted 1 item");
  }

  @Test
  void a_second_runtime_at_the_same_place_is_refused() {
    Carrel.Result result = runtime.command("serve").run();

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("a runtime serves there already");
  }

  @Test
  void a_place_that_others_can_write_to_is_refused() throws Exception {
    Path open = Files.createDirectory(places.resolve("open"));
    Files.setPosixFilePermissions(open, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));

    Carrel.Result result = runtime.command("serve", "--directory=" + open).run();

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("is not this user's alone");
    assertThat(open).isEmptyDirectory();
  }

  @Test
  void when_it_is_killed_its_commands_end_and_the_next_ones_are_done_without_it() throws Exception {
    Resident mortal = Resident.start(Files.createDirectory(places.resolve("mortal")));
    mortal.command("run", "--no-cwd", "--detach", "--name=outlives", "--", "sleep", "4321").says();
    Path output = Files.createTempFile(places, "out", "");
    Process process = mortal.command("run", "--no-cwd", "--", "sh", "-c", "echo runs; exec sleep 4321").start(output);
    Await.until("the container runs", () -> Files.readString(output).contains("runs"));

    mortal.process().destroyForcibly().waitFor();

    assertThat(process.waitFor()).isEqualTo(125);
    assertThat(output).content().contains("the resident runtime ended");
    assertThat(mortal.socket()).exists();
    Await.until("its container has ended", () -> !mortal.command("list").says().contains("echo runs"));
    assertThat(mortal.command("list").says()).contains("outlives");
    Resident next = Resident.start(mortal.directory());
    assertThat(next.command("list").says()).contains("outlives");
    next.command("kill", "outlives").run();
    next.end();
  }
}
