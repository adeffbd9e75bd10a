package dev.carrel.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.host.ProcessTimes;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Containers that a backend starts for one test, of which nothing may be left in the end. */
abstract class LaunchedContainers {
  static final int PATIENCE = 60;
  /** A millisecond. */
  private static final long POLL = 1_000_000;

  @TempDir Path directory;
  private final List<Long> pids = new CopyOnWriteArrayList<>();
  private Set<String> mounts;

  /** What starts them. */
  protected abstract IsolationBackend backend();

  @BeforeEach
  void look() throws IOException {
    assertThat(backend().unavailable()).as("why the backend cannot start anything here").isEmpty();
    mounts = new HashSet<>(Files.readAllLines(Path.of("/proc/self/mountinfo")));
  }

  @AfterEach
  void nothing_is_left_behind() throws IOException {
    for (long pid : pids) {
      await("the end of process " + pid, () -> ProcessTimes.startTime(pid) == 0);
    }
    await("its mounts to be gone", () -> mounts.containsAll(Files.readAllLines(Path.of("/proc/self/mountinfo"))));
  }

  /** Something that becomes true. */
  interface Condition {
    boolean holds() throws IOException;
  }

  static void await(String what, Condition condition) throws IOException {
    await(what, PATIENCE, condition);
  }

  static void await(String what, int seconds, Condition condition) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(end);
      LockSupport.parkNanos(POLL);
    }
  }

  final void needs(Feature feature) {
    assumeTrue(backend().features().contains(feature), "the backend " + backend().name() + " does not declare " + feature);
  }

  final Running launch(SampleContainer container) {
    return launch(container.plan());
  }

  final Running launch(LaunchPlan plan) {
    Running running = backend().launch(plan);
    pids.add(running.process().pid());
    return running;
  }

  static ExitStatus end(Running running) throws Exception {
    try {
      return running.exit().get(PATIENCE, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      running.kill();
      throw e;
    }
  }

  static String read(Running running) throws IOException {
    return new String(running.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
  }

  /** What it prints; it has to succeed. */
  final String says(SampleContainer container) throws Exception {
    Running running = launch(container);
    running.process().getOutputStream().close();
    String out = read(running);
    String err = new String(running.process().getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(end(running)).as(err).isEqualTo(ExitStatus.exited(0));
    return out;
  }

  /** Whether all processes of a container but the first are in a state; see proc_pid_stat(5). */
  static boolean isEach(Running running, String state) throws IOException {
    String children = Files.readString(Path.of("/proc/" + running.process().pid() + "/task/" + running.process().pid() + "/children")).strip();
    for (String child : children.split(" ")) {
      String stat = Files.readString(Path.of("/proc", child, "stat"));
      if (!stat.substring(stat.lastIndexOf(')') + 2).startsWith(state)) {
        return false;
      }
    }
    return !children.isEmpty();
  }
}
