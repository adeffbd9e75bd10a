package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A JVM is killed while the start of a container is at one of its instructions. Soon after that instruction, nothing of the
 * container is left, and a detached one lives on exactly if the JVM had let it go; while it was about to, nobody else knows.
 *
 * <p>With {@code -Dcarrel.steps=all} it is done at every instruction, else at every {@value #STRIDE}th, beginning with a random one.
 */
class KilledAtEveryStepTest {
  private static final int STRIDE = 12;
  private static final long SLOW_MILLIS = 250;
  private static final long KILL_AFTER_MILLIS = 120;
  private static final long PATIENCE_MILLIS = 60_000;
  private static final int PR_SET_CHILD_SUBREAPER = 36;

  @TempDir Path directory;
  private final Set<Long> others = ProcessHandle.current().descendants().map(ProcessHandle::pid).collect(Collectors.toSet());

  /** What a killed JVM leaves behind becomes a child of this one. */
  @BeforeAll
  static void adopt() {
    subreaper(1);
  }

  @AfterAll
  static void adoptNoMore() {
    subreaper(0);
  }

  private static void subreaper(long value) {
    assertThat(LibC.syscall(SystemCall.PRCTL.number(Architecture.host()), PR_SET_CHILD_SUBREAPER, value, 0, 0)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"attached", "detached", "template", "first", "detached-first"})
  void killed_at_any_step_of_a_start_nothing_is_left(String kind) throws Exception {
    boolean all = "all".equals(System.getProperty("carrel.steps"));
    int count = Integer.MAX_VALUE;
    int done = 0;
    for (int step = all ? 0 : ThreadLocalRandom.current().nextInt(STRIDE); step < count; step += all ? 1 : STRIDE) {
      Process jvm = start(kind, step);
      while (told().isEmpty()) {
        assertThat(jvm.isAlive()).as("it says how many there are: " + Files.readString(directory.resolve("errors"))).isTrue();
        TimeUnit.MILLISECONDS.sleep(1);
      }
      count = Integer.parseInt(told().get(0));
      TimeUnit.MILLISECONDS.sleep(KILL_AFTER_MILLIS);
      jvm.destroyForcibly().waitFor();
      boolean started = told().contains("started");
      if (told().contains("letting go") && !started && kind.startsWith("detached")) {
        TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS + 50);
        below().forEach(ProcessHandle::destroyForcibly);
      }
      awaitNothing(kind + " at step " + step + " of " + count, started && kind.startsWith("detached"));
      done++;
    }
    assertThat(done).isGreaterThan(10);
  }

  private Process start(String kind, int step) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", System.getProperty("java.class.path"),
        StartInAnotherJvm.class.getName(), kind, Integer.toString(step), Long.toString(SLOW_MILLIS), directory.toString())
        .redirectOutput(directory.resolve("told").toFile()).redirectError(directory.resolve("errors").toFile()).start();
  }

  /** Whole lines that the JVM has said. */
  private List<String> told() throws IOException {
    String text = Files.readString(directory.resolve("told"));
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  /** @param livesOn whether its program goes on: it is ended then */
  private void awaitNothing(String when, boolean livesOn) throws Exception {
    if (livesOn) {
      TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS + 50);
      assertThat(leftOver()).as(when + ": it was detached").anySatisfy(process -> assertThat(process).contains("sleep"));
      below().forEach(ProcessHandle::destroyForcibly);
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SLOW_MILLIS + PATIENCE_MILLIS);
    List<String> left = leftOver();
    while (!left.isEmpty() && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(10);
      left = leftOver();
    }
    assertThat(left).as(when + ", whose errors were: " + Files.readString(directory.resolve("errors"))).isEmpty();
  }

  /** Processes below this one that are no zombies, and not other tests'; zombies are reaped on the way. */
  private List<ProcessHandle> below() {
    return ProcessHandle.current().descendants().filter(process -> !others.contains(process.pid())).toList();
  }

  private List<String> leftOver() throws Exception {
    Memory info = LibC.zeros(128);
    List<String> left = new ArrayList<>();
    for (ProcessHandle process : below()) {
      Path status = Path.of("/proc/" + process.pid() + "/status");
      String text;
      try {
        text = Files.readString(status);
      } catch (IOException e) {
        if (process.isAlive()) {
          throw e;
        }
        continue; // it has ended meanwhile, also between open and read (ESRCH)
      }
      if (text.contains("State:\tZ")) {
        LibC.waitid(LibC.P_PID, (int) process.pid(), info, LibC.WEXITED | LibC.WNOHANG);
      } else {
        left.add(process.pid() + " " + text.lines().findFirst().orElse("") + " " + process.info().commandLine().orElse(""));
      }
    }
    return left;
  }
}
