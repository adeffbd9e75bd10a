package dev.carrel.it;

import static dev.carrel.it.AttackProgram.allSucceed;
import static dev.carrel.it.AttackProgram.nothingSucceeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

/**
 * Programs that take as much of something as they get: what can be limited is, and Carrel and other containers go on. Each of these limits is of a
 * process or of a user; {@link LimitsIT} has those of a whole container.
 */
class ExhaustionIT {
  private static final int PATIENCE = 120; // seconds

  @TempDir Path directory;
  private AttackProgram attacks;

  @BeforeEach
  void prepare() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    attacks = AttackProgram.compiledIn(directory);
  }

  @AfterEach
  void end_what_was_detached() {
    for (String id : carrel("list", "--quiet").run().out().lines().toList()) {
      carrel("kill", id).run();
    }
    carrel("clean").run();
  }

  private Path state() {
    return directory.resolve("state");
  }

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", state().toString());
  }

  private void detach(String name, List<String> options, String... command) {
    List<String> line = new ArrayList<>(List.of("run", "--no-cwd", "--detach", "--name=" + name, "--expose=" + attacks.path() + "=/attacks"));
    line.addAll(options);
    line.add("--");
    line.addAll(List.of(command));
    Carrel.Result result = carrel(line.toArray(String[]::new)).run();
    assertThat(result.status()).as(result.err()).isZero();
  }

  private void boundedBy(List<String> options, String word) {
    nothingSucceeds(attacks.contained(options, List.of(word)).run(), List.of(word));
    allSucceed(attacks.contained(List.of(), List.of(word)).run().out(), List.of(word));
  }

  @Test
  void a_fork_bomb_is_bounded_by_its_limit() {
    boundedBy(List.of("--ulimit=nproc=50"), "processes=200");
  }

  @Test
  void memory_is_bounded_by_its_limit() {
    boundedBy(List.of("--ulimit=as=104857600"), "memory=200");
  }

  @Test
  void descriptors_are_bounded_by_their_limit() {
    boundedBy(List.of("--ulimit=nofile=100"), "descriptors=200");
  }

  @Test
  void files_in_memory_are_bounded_by_their_size() {
    List<String> words = List.of("bytes=/place");
    nothingSucceeds(attacks.contained(List.of("--mount=type=tmpfs,target=/place,size=1m,mode=1777"), words).run(), words);
    allSucceed(attacks.contained(List.of("--mount=type=tmpfs,target=/place,size=100m,mode=1777"), words).run().out(), words);
  }

  private void awaitError(String name, String text) {
    Await.until(text, () -> carrel("logs", name).run().err().contains(text));
  }

  /** While one container has all it can get of something. */
  private void othersGoOn(String word) throws Exception {
    detach("greedy", List.of("--env=hold=1"), "/attacks", word);
    awaitError("greedy", "taken");

    Carrel.Result sibling = carrel("run", "--no-cwd", "--", "sh", "-c", "(echo one; echo two) | cat; mktemp > /dev/null && echo file").run();
    assertThat(sibling.out()).as(sibling.err()).isEqualTo("one\ntwo\nfile\n");
    assertThat(carrel("exec", "calm", "--", "echo", "here").run().out()).isEqualTo("here\n");
    assertThat(carrel("list").run().out()).contains("greedy", "calm");
    AttackProgram.end(carrel("exec", "greedy", "--", "touch", "/tmp/enough"));
    assertThat(carrel("wait", "greedy").run().status()).isZero();
    carrel("remove", "greedy").run();
  }

  @Test
  void others_go_on_while_one_takes_all_it_gets() throws Exception {
    detach("calm", List.of(), "sleep", "4321");
    for (String word : List.of("processes=2000", "descriptors=100000", "watches=100000", "memory=500")) {
      othersGoOn(word);
    }
  }

  @Test
  void the_host_keeps_terminals_for_itself() throws Exception {
    assumeTrue(Host.can("python3", "--version"), "needs python3, to open a terminal");
    assumeTrue(Long.parseLong(Host.says("sh", "-c", "ulimit -Hn").replace("unlimited", "1000000")) > 4096, "needs more descriptors than terminals");
    detach("greedy", List.of("--env=hold=1"), "/attacks", "terminals=100000");
    awaitError("greedy", "taken");

    assertThat(Host.says("python3", "-c", "import os, pty; print(os.isatty(pty.openpty()[1]))")).isEqualTo("True"); // kernel.pty.reserve
    AttackProgram.end(carrel("exec", "greedy", "--", "touch", "/tmp/enough"));
    carrel("wait", "greedy").run();
    assertThat(carrel("logs", "greedy").run().out()).contains("No space left on device").doesNotContain("succeeded");
  }

  @Test
  void a_log_is_bounded_also_where_the_first_process_is_robbed_of_its_limit() throws Exception {
    detach("flood", List.of(), "/attacks", "output=60");
    carrel("wait", "flood").run();

    Carrel.Result logs = carrel("logs", "flood").run();
    assertThat(logs.out()).endsWith("output=60: succeeded\n"); // the limit could be changed, and did not stay so
    try (Stream<Path> files = Files.walk(state())) {
      assertThat(files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum()).isBetween(4L << 20, 9L << 20);
    }
  }

  /** In kilobytes; see proc_pid_status(5). */
  private static long residentMemory(Process process) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new AssertionError("process " + process.pid() + " has ended");
  }

  @Test
  void output_that_nobody_reads_is_not_collected() throws Exception {
    Process process = new ProcessBuilder(carrel("run", "--no-cwd", "--", "yes").line()).redirectError(directory.resolve("errors").toFile()).start();
    try {
      assertThat(process.getInputStream().read()).isEqualTo('y'); // it runs
      long before = residentMemory(process);
      TimeUnit.SECONDS.sleep(2);
      assertThat(residentMemory(process)).isLessThan(before + (32 << 10)); // yes(1) writes gigabytes in that time, if it is let
      process.destroy();
      process.getInputStream().close();
      assertThat(process.waitFor(PATIENCE, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void input_that_nobody_reads_any_more_holds_nothing_up() {
    Carrel.Result result = carrel("run", "--no-cwd", "--", "sh", "-c", "exec <&-; echo closed; sleep 0.2; echo end").withInput(new byte[4 << 20]).run();
    assertThat(result.out()).isEqualTo("closed\nend\n");
    assertThat(result.status()).isZero();
  }

  @Test
  void whoever_holds_the_output_open_holds_no_command_up() {
    detach("target", List.of(), "sh", "-c", "setsid sleep 4321 & echo done; until [ -e /tmp/enough ]; do sleep 0.05; done");
    assertThat(carrel("exec", "target", "--", "sh", "-c", "setsid sleep 4321 & echo entered").run().out()).isEqualTo("entered\n");
    AttackProgram.end(carrel("exec", "target", "--", "touch", "/tmp/enough"));
    assertThat(carrel("wait", "target").run().out()).isEqualTo("0\n");
    assertThat(carrel("logs", "--follow", "target").run().out()).isEqualTo("done\n");
  }
}
