package dev.carrel.it;

import static dev.carrel.it.AttackProgram.allSucceed;
import static dev.carrel.it.AttackProgram.nothingSucceeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attacks on what runs beside a container: its first process, Carrel, whoever enters it, the host's processes, other containers. */
class NeighboursIT {
  private static final int PATIENCE = 120; // seconds
  /** Exchanges two names all the time; see rename(2), RENAME_EXCHANGE. */
  private static final String EXCHANGE = "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
      + "while os.getppid() != 1: libc.renameat2(-100, b'build', -100, b'other', 2)\n";

  @TempDir Path directory;
  private AttackProgram attacks;

  @BeforeEach
  void prepare() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    attacks = AttackProgram.compiledIn(directory);
  }

  @AfterEach
  void end_what_was_detached() {
    for (String id : life("list", "--quiet").run().out().lines().toList()) {
      life("kill", id).run();
    }
    life("clean").run();
  }

  private Carrel life(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private void detach(String name, String... program) {
    List<String> line = new ArrayList<>(List.of("run", "--no-cwd", "--detach", "--name=" + name, "--expose=" + attacks.path() + "=/attacks", "--"));
    line.addAll(List.of(program));
    Carrel.Result result = life(line.toArray(String[]::new)).run();
    assertThat(result.status()).as(result.err()).isZero();
  }

  private String state(String name) {
    return JsonParser.parseString(life("inspect", name).run().out()).getAsJsonArray().get(0).getAsJsonObject().get("state").getAsString();
  }

  private static Process startWaiting(Path output, Carrel carrel, String text) throws Exception {
    Process process = carrel.start(output);
    for (int i = 0; i < 50 * PATIENCE && !Files.readString(output).contains(text); i++) {
      process.waitFor(20, TimeUnit.MILLISECONDS);
    }
    assertThat(Files.readString(output)).contains(text);
    return process;
  }

  @Test
  void a_signal_to_everybody_reaches_nobody_outside() throws Exception {
    detach("sibling", "sleep", "4321");
    Process ofTheHost = new ProcessBuilder("sleep", "4321").start();
    try {
      assertThat(life("run", "--no-cwd", "--", "sh", "-c", "sleep 4321 & kill -KILL -1; wait $!; echo $?").run().out()).isEqualTo("137\n");
      assertThat(ofTheHost.isAlive()).isTrue();
      assertThat(state("sibling")).isEqualTo("running");
    } finally {
      ofTheHost.destroyForcibly();
    }
  }

  /** The signals by which Carrel tells a first process to pause, to go on, to signal everybody, and so on. */
  @Test
  void who_sends_carrels_own_signals_from_inside_stops_nobody_but_itself() {
    detach("sibling", "sleep", "4321");
    detach("fool", "sh", "-c", "for s in 64 63 61 60 62; do /attacks command=$s; done; echo resumed; exec sleep 4321");
    assertThat(life("exec", "sibling", "--", "echo", "here").run().out()).isEqualTo("here\n");
    assertThat(state("fool")).isEqualTo("running"); // Carrel has not paused it

    assertThat(life("resume", "fool").run().status()).isZero();
    assertThat(life("exec", "fool", "--", "echo", "here").run().out()).isEqualTo("here\n");
    assertThat(life("kill", "--signal=62", "fool").run().status()).isZero();
    assertThat(life("stop", "--time=1", "fool").run().status()).isZero();
    assertThat(state("sibling")).isEqualTo("running");
  }

  @Test
  void a_first_process_that_is_flooded_with_signals_still_ends_with_carrel() throws Exception {
    Traces before = Traces.now();
    Process process = startWaiting(directory.resolve("out"), attacks.contained(List.of(), List.of("flood=8")), "flooding");
    process.destroyForcibly().waitFor();
    before.awaitNothingNew();
  }

  /** Somebody outside who listens, whose pidfd the kernel gives to whoever connects (SO_PEERPIDFD, since Linux 6.5). */
  @Test
  void the_pidfd_of_a_process_of_the_host_gives_no_hold_of_it() throws Exception {
    Path shared = Files.createDirectory(directory.resolve("shared"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    Process server = new ProcessBuilder("python3", "-c", "import os, socket, sys; s = socket.socket(socket.AF_UNIX); s.bind('" + shared + "/socket');"
        + " os.chmod('" + shared + "/socket', 0o777); s.listen(9); print('ready', flush=True); sys.stdin.read()").start();
    try {
      assertThat(server.inputReader().readLine()).isEqualTo("ready");
      List<String> words = List.of("peer=/shared/socket");
      nothingSucceeds(attacks.contained(List.of("--share=" + shared + "=/shared"), words).run(), words);
      nothingSucceeds(attacks.contained(List.of("--share=" + shared + "=/shared", "--cap-add=ALL", "--weak=system-calls"), words).run(), words);
      List<String> outside = List.of("peer=" + shared + "/socket");
      String said = attacks.onTheHost(outside);
      assumeTrue(!said.contains("Protocol not available"), "this kernel gives nobody such a pidfd");
      allSucceed(said, outside);

      List<String> hidden = List.of("reach=" + shared + "/socket"); // without being shared, it is not there
      nothingSucceeds(attacks.contained(List.of(), hidden).run(), hidden);
      allSucceed(attacks.contained(List.of("--share=" + shared), hidden).run().out(), hidden);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void shared_memory_of_the_host_is_out_of_reach() {
    int key = 0x6361_0000 | (int) (ProcessHandle.current().pid() & 0xffff);
    List<String> words = List.of("memory_of=" + key);
    String[] under = {attacks.path().toString(), "with_memory", "" + key};

    nothingSucceeds(attacks.contained(List.of(), words).under(under).run(), words);
    allSucceed(attacks.contained(List.of("--namespaces=all,-ipc"), words).under(under).run().out(), words);
  }

  @Test
  void the_file_of_who_enters_cannot_be_overwritten() throws Exception {
    detach("target", "/attacks", "overwrite=/memfd:carrel");
    String script = "printf '#!/proc/self/exe\\n' > /tmp/trap; chmod 755 /tmp/trap";
    assertThat(life("exec", "target", "--", "sh", "-c", script).run().status()).isZero();
    for (int i = 0; i < 5; i++) {
      assertThat(life("exec", "target", "--", "/tmp/trap").run().out()).isEmpty(); // runs its own file again, where it can be seen
      assertThat(life("exec", "target", "--", "true").run().status()).isZero();
    }
    AttackProgram.end(life("exec", "target", "--", "touch", "/tmp/enough"));
    assertThat(life("wait", "target").run().status()).isZero();
    nothingSucceeds(life("logs", "target").run(), List.of("overwrite=/memfd:carrel"));
    assertThat(life("logs", "target").run().out()).doesNotContain("Timer expired");

    assertThat(Host.says("python3", "-c", "import os, subprocess, sys\n" // a file in memory that is not sealed
        + "fd = os.memfd_create('plain', 0); os.write(fd, open('/bin/sleep', 'rb').read())\n"
        + "attack = subprocess.Popen(['" + attacks.path() + "', 'overwrite=/memfd:plain'])\n"
        + "while attack.poll() is None:\n  try: subprocess.run(['/proc/self/fd/%d' % fd, '0.05'], pass_fds=[fd])\n  except OSError: break\nattack.wait()\n"))
        .contains("overwrite=/memfd:plain: succeeded");
  }

  @Test
  void a_terminal_of_the_host_is_no_stream_of_a_container() throws Exception {
    List<String> words = List.of("terminal");
    List<String> redirections = List.of("exec \"$0\" \"$@\" | cat", "exec \"$0\" \"$@\" < /dev/null 2>&1");
    for (String redirection : redirections) {
      assertThat(new Typing(attacks.contained(List.of(), words).under("sh", "-c", redirection)).run().screen()).as(redirection)
          .contains("terminal: Inappropriate ioctl").doesNotContain("succeeded");
    }
    assumeTrue(Host.can("script", "--version"), "needs script(1), for a terminal on the host");
    assertThat(Host.says("script", "-qec", attacks.path() + " terminal | cat", "/dev/null")).contains("terminal: succeeded");
  }

  @Test
  @Tag(User.ROOT)
  void a_core_reaches_no_program_of_the_host() throws IOException, InterruptedException {
    Path pattern = Path.of("/proc/sys/kernel/core_pattern");
    assumeTrue(Files.isWritable(pattern), "needs root that may set " + pattern);
    Path received = directory.resolve("received");
    Path helper = Files.writeString(directory.resolve("helper"), "#!/bin/sh\ncat > /dev/null\necho \"$1\" >> " + received + "\n");
    Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> words = List.of("crash");
    String before = Files.readString(pattern);
    assumeTrue(helper.toString().length() < 110, "needs a directory whose name fits in core_pattern");
    try {
      Files.writeString(pattern, "|" + helper + " %e");
      attacks.contained(List.of(), words).run();
      attacks.contained(List.of("--uid=0", "--gid=0", "--cap-add=ALL"), words).run();
      attacks.contained(List.of("--ids=1", "--cap-add=ALL"), words).run();
      assertThat(coresOfTheAttack(received)).isZero();
      attacks.contained(List.of("--weak=core-dumps"), words).run();
      for (int i = 0; i < 100 * PATIENCE && coresOfTheAttack(received) == 0; i++) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThat(coresOfTheAttack(received)).isEqualTo(1);
    } finally {
      Files.writeString(pattern, before);
    }
  }

  private static long coresOfTheAttack(Path received) throws IOException {
    return Files.exists(received) ? Files.readAllLines(received).stream().filter("carrel-crash"::equals).count() : 0;
  }

  /** As another container would do it that the directory around is shared with. */
  @Test
  void a_working_directory_that_is_exchanged_during_a_start_leads_nowhere() throws Exception {
    assumeTrue(Host.can("python3", "--version"), "needs python3, to call renameat2");
    Path around = Files.createDirectory(directory.resolve("around"));
    Path build = Files.createDirectory(around.resolve("build"));
    Path victim = Files.createDirectory(directory.resolve("victim"));
    Files.createSymbolicLink(around.resolve("other"), victim);
    Process racer = new ProcessBuilder("python3", "-c", EXCHANGE).directory(around.toFile()).inheritIO().start();
    int refused = 0;
    try {
      for (int i = 0; i < 30; i++) {
        // Started in the directory itself, whatever it is called at the moment.
        Carrel.Result result = life("run", "--", "touch", "made" + i)
            .under("sh", "-c", "until cd -P build 2>/dev/null && case $PWD in *victim) cd ..; false;; esac; do cd " + around + "; done; exec \"$@\"", "sh")
            .in(around).run();
        refused += result.status() == 0 ? 0 : 1;
        assertThat(result.err()).doesNotContain("internal error");
      }
      assertThat(racer.isAlive()).isTrue();
    } finally {
      racer.destroyForcibly().waitFor();
    }
    assertThat(victim).isEmptyDirectory();
    assertThat(refused).as("starts that noticed").isPositive();
    assertThat(Files.isSymbolicLink(build) ? around.resolve("other") : build).isNotEmptyDirectory();
  }
}
