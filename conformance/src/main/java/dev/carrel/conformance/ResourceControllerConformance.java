package dev.carrel.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Devices;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.OutOfMemory;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.api.resource.ResourceGroup;
import dev.carrel.api.resource.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link ResourceController}: extend it, and give it yours, and a backend. It takes a Linux host with a shell. A test that is
 * skipped names what the controller refuses here.
 */
public abstract class ResourceControllerConformance extends LaunchedContainers {
  private static final String OWNER = "kit" + ProcessHandle.current().pid();
  private static final Devices HARMLESS = new Devices(false, List.of());
  private static final Bound FEW = new Bound(7);
  private static final long LITTLE = 32L << 20;
  /** Nobody has so many processors. */
  private static final NumberSet NO_PROCESSOR = NumberSet.of("4095");
  private static final String MANY = "i=0; while [ $i -lt 20 ]; do sleep 1000 >/dev/null 2>&1 & i=$((i+1)); done; echo all";
  private static final String GREEDY = "dd if=/dev/zero of=/dev/null bs=200M count=1";
  private static final String SPINNING = "echo ready; while :; do :; done";
  private static final int MAKERS = 16;

  private final List<ResourceGroup> groups = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  /** What is tested. */
  protected abstract ResourceController controller();

  @BeforeEach
  void look_at_the_controller() {
    Optional<String> reason = controller().unavailable();
    assumeTrue(reason.isEmpty(), () -> "the controller " + controller().name() + " cannot work here: " + reason.get());
  }

  @AfterEach
  void no_group_is_left_behind() {
    groups.forEach(ResourceGroup::remove);
    processes.forEach(Process::destroyForcibly);
    assertThat(controller().clean(OWNER, Set.of())).as("groups that are left").isEmpty();
    controller().removeUnused();
  }

  /** Goes on if these can be had here. Who cannot see to them says what is missing, and what to do. */
  private Limits needs(Limits limits) {
    try {
      controller().plan(OWNER, limits);
      return limits;
    } catch (CarrelException e) {
      assertThat(e.getMessage()).startsWith("cannot limit ").contains(": ");
      return abort("the controller " + controller().name() + " refuses it here: " + e.getMessage());
    }
  }

  private ResourceGroup make(Limits limits) {
    ResourceGroup group = controller().make(controller().reserve(OWNER, limits), limits, HARMLESS, true);
    groups.add(group);
    return group;
  }

  /** A program that comes into a group before it does anything else. */
  private Process in(ResourceGroup group, String script) throws IOException {
    GroupEntry entry = group.entry();
    StringBuilder line = new StringBuilder();
    for (Path file : entry.joined()) {
      line.append("echo 0 >'").append(file).append("' && ");
    }
    entry.born().ifPresent(directory -> line.append("echo 0 >'").append(directory.resolve("cgroup.procs")).append("' && "));
    Process process = new ProcessBuilder("sh", "-c", line + "{ " + script + "\n}").redirectErrorStream(true).start();
    processes.add(process);
    return process;
  }

  private static void awaitReady(Process process) throws IOException {
    assertThat((char) process.getInputStream().read()).as("the first letter of what it says").isEqualTo('r');
  }

  private static String all(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE, TimeUnit.SECONDS)).as("that it ends").isTrue();
    return process.exitValue();
  }

  private static Duration cpu(ResourceGroup group) {
    return group.usage().cpu().orElseThrow();
  }

  @Test
  void its_name_is_told() {
    assertThat(controller().name()).matches("[a-z][a-z0-9-]*");
  }

  @Test
  void what_is_only_planned_or_reserved_is_not_there_and_has_a_name_of_its_own() {
    Limits limits = needs(Limits.none().withProcesses(FEW));
    controller().plan(OWNER, limits);
    String first = controller().reserve(OWNER, limits);
    String second = controller().reserve(OWNER, limits);

    assertThat(first).isNotBlank().isNotEqualTo(second);
    assertThat(controller().find(first).usage().processes().orElse(0)).isZero();
    controller().find(first).remove();
    controller().find(second).remove();
  }

  @Test
  void who_comes_into_it_is_counted_by_whoever_finds_it_by_its_name() throws Exception {
    ResourceGroup group = make(needs(Limits.none().withProcesses(FEW)));
    awaitReady(in(group, "sleep 1000 & sleep 1000 & echo ready; wait"));

    ResourceGroup found = controller().find(group.name());
    assertThat(found.name()).isEqualTo(group.name());
    assertThat(found.usage().processes()).hasValue(3);
  }

  @Test
  void a_container_is_in_it_from_the_first_on() throws Exception {
    needs(Feature.LIMITS);
    ResourceGroup group = make(needs(Limits.none().withProcesses(FEW)));
    Running running = launch(SampleContainer.sh(MANY).plan("c0ffee01", Optional.of(group.birth())));

    assertThat(new String(running.process().getErrorStream().readAllBytes(), StandardCharsets.UTF_8)).containsIgnoringCase("fork");
    assertThat(read(running)).doesNotContain("all");
    running.kill();
    end(running);
  }

  @Test
  void there_are_no_more_processes_than_its_limit() throws Exception {
    Process process = in(make(needs(Limits.none().withProcesses(FEW))), MANY);

    assertThat(all(process)).containsIgnoringCase("fork");
  }

  @Test
  void without_a_limit_it_has_what_there_is() throws Exception {
    Process process = in(make(Limits.none()), MANY);

    assertThat(all(process)).isEqualTo("all\n");
  }

  @Test
  void one_that_wants_more_memory_than_its_limit_is_killed_and_that_is_told() throws Exception {
    ResourceGroup group = make(needs(Limits.none().withMemory(new Bound(LITTLE)).withProcesses(FEW)));
    awaitReady(in(group, "echo ready; sleep 0.01; exec sleep 1000"));
    assertThat(group.outOfMemory()).isEmpty();
    Process greedy = in(group, "exec " + GREEDY);

    assertThat(end(greedy)).isEqualTo(128 + 9);
    OutOfMemory word = group.outOfMemory().orElseThrow();
    assertThat(word.kills()).isPositive();
    assertThat(word.limit()).hasValue(LITTLE);
    assertThat(word.peak().orElse(LITTLE)).isBetween(LITTLE / 2, LITTLE);
    assertThat(controller().find(group.name()).usage().outOfMemoryKills()).isEqualTo(word.kills());
  }

  @Test
  void what_it_uses_is_told() throws Exception {
    ResourceGroup group = make(needs(Limits.none().withMemory(new Bound(1L << 30)).withProcesses(FEW)));
    awaitReady(in(group, SPINNING));
    await("processor time to be counted", () -> cpu(group).toMillis() > 20);
    Usage usage = group.usage();

    assertThat(usage.memory().orElseThrow()).isPositive();
    assertThat(usage.memoryPeak().orElse(Long.MAX_VALUE)).isGreaterThanOrEqualTo(usage.memory().orElseThrow());
    assertThat(usage.outOfMemoryKills()).isZero();
  }

  @Test
  void it_gets_no_more_of_a_processor_than_its_limit() throws Exception {
    ResourceGroup group = make(needs(Limits.none().withCpus(new Bound(200))));
    awaitReady(in(group, SPINNING));
    long began = System.nanoTime();
    Duration before = cpu(group);
    await("processor time to be used", () -> cpu(group).minus(before).toMillis() >= 300);
    long passed = Duration.ofNanos(System.nanoTime() - began).toMillis();

    assertThat(passed).as("milliseconds in which it got 300 of a fifth of a processor").isGreaterThan(1000);
  }

  @Test
  void its_limits_change_while_it_runs_and_what_is_not_spoken_of_stays() throws Exception {
    ResourceGroup group = make(needs(Limits.none().withMemory(new Bound(LITTLE)).withProcesses(FEW)));
    awaitReady(in(group, "echo ready; exec sleep 1000"));
    controller().find(group.name()).update(Limits.none().withMemory(new Bound(1L << 30)));

    assertThat(end(in(group, "exec " + GREEDY + " 2>/dev/null"))).isZero();
    assertThat(all(in(group, MANY))).as("with the limit of processes that it had").containsIgnoringCase("fork");
  }

  @Test
  void a_limit_that_the_kernel_refuses_changes_nothing() throws Exception {
    ResourceGroup group = make(needs(Limits.none().withProcesses(FEW).withCpuset(NumberSet.of("0"))));
    awaitReady(in(group, "echo ready; exec sleep 1000"));

    assertThatThrownBy(() -> group.update(Limits.none().withProcesses(new Bound(1000)).withCpuset(NO_PROCESSOR))).isInstanceOf(CarrelException.class)
        .hasMessageContaining("4095");
    assertThat(all(in(group, MANY))).containsIgnoringCase("fork");
  }

  @Test
  void one_that_cannot_be_made_as_wanted_is_not_left_half_made() {
    Limits limits = needs(Limits.none().withProcesses(FEW).withCpuset(NumberSet.of("0"))).withCpuset(NO_PROCESSOR);

    assertThatThrownBy(() -> make(limits)).isInstanceOf(CarrelException.class).hasMessageContaining("4095");
  }

  @Test
  void each_limit_can_be_had_or_is_refused_with_what_is_missing() {
    Map<String, Limits> each = new LinkedHashMap<>();
    each.put("memory", Limits.none().withMemory(new Bound(LITTLE)));
    each.put("memory from which on it is slowed down", Limits.none().withMemoryHigh(new Bound(LITTLE)));
    each.put("processors", Limits.none().withCpus(new Bound(500)));
    each.put("weight for processors", Limits.none().withCpuWeight(50));
    each.put("set of processors", Limits.none().withCpuset(NumberSet.of("0")));
    each.put("processes", Limits.none().withProcesses(FEW));
    each.put("weight for devices", Limits.none().withIoWeight(50));
    each.put("huge pages", Limits.none().withHugePages(Map.of("2MB", new Bound(2 << 20))));
    each.forEach((what, limits) -> {
      try {
        make(limits).remove();
      } catch (CarrelException e) {
        assertThat(e.getMessage()).as(what).startsWith("cannot ").contains(": ");
      }
    });
  }

  @Test
  void frozen_nothing_in_it_runs_until_it_is_thawed() throws Exception {
    ResourceGroup group = make(Limits.none());
    assumeTrue(group.canFreeze(), () -> "the controller " + controller().name() + " cannot freeze");
    Process process = in(group, "while read line; do echo ready; done");
    group.freeze();
    group.freeze();
    process.outputWriter().append("\n").flush();
    Thread.sleep(200); // time in which it could answer
    assertThat(process.getInputStream().available()).isZero();
    group.thaw();
    group.thaw();

    awaitReady(process);
  }

  @Test
  void killed_all_in_it_ends_also_what_is_frozen_and_what_forks() throws Exception {
    ResourceGroup group = make(Limits.none());
    Process forking = in(group, "while :; do sleep 0.01; done");
    Process still = in(group, "echo ready; exec sleep 1000");
    awaitReady(still);
    if (group.canFreeze()) {
      group.freeze();
    }
    group.kill();

    assertThat(end(forking)).isEqualTo(128 + 9);
    assertThat(end(still)).isEqualTo(128 + 9);
    await("nobody to be in it", () -> group.usage().processes().orElse(0) == 0);
    group.thaw();
  }

  @Test
  void removed_it_takes_along_what_is_in_it_and_then_all_that_is_done_to_it_does_nothing() throws Exception {
    ResourceGroup group = make(needs(Limits.none().withProcesses(FEW)));
    Process process = in(group, "echo ready; exec sleep 1000");
    awaitReady(process);
    group.remove();
    assertThat(end(process)).isEqualTo(128 + 9);

    ResourceGroup gone = controller().find(group.name());
    gone.remove();
    gone.kill();
    gone.thaw();
    assertThat(gone.outOfMemory()).isEmpty();
    assertThat(gone.usage().processes().orElse(0)).isZero();
  }

  @Test
  void a_container_that_is_killed_with_its_group_has_ended() throws Exception {
    needs(Feature.LIMITS);
    ResourceGroup group = make(needs(Limits.none().withProcesses(new Bound(50))));
    Running running = launch(SampleContainer.sh("echo ready; sleep 1000").plan("c0ffee02", Optional.of(group.birth())));
    assertThat((char) running.process().getInputStream().read()).isEqualTo('r');
    group.kill();

    assertThat(end(running)).isEqualTo(ExitStatus.signalled(9));
  }

  @Test
  void cleaning_takes_nothing_away_that_is_in_use() throws Exception {
    ResourceGroup group = make(needs(Limits.none().withProcesses(FEW)));
    Process process = in(group, "echo ready; exec sleep 1000");
    awaitReady(process);

    assertThat(controller().clean(OWNER, Set.of(group.name()))).isEmpty();
    assertThat(controller().clean("another" + OWNER, Set.of())).isEmpty();
    controller().removeUnused();
    assertThat(process.isAlive()).isTrue();
    assertThat(group.usage().processes()).hasValue(1);
  }

  @Test
  void many_are_made_at_once_and_each_is_another() throws Exception {
    Limits limits = needs(Limits.none().withProcesses(FEW));
    ExecutorService threads = Executors.newFixedThreadPool(MAKERS);
    try {
      List<Future<ResourceGroup>> made = new ArrayList<>();
      for (int i = 0; i < MAKERS; i++) {
        made.add(threads.submit(() -> controller().make(controller().reserve(OWNER, limits), limits, HARMLESS, true)));
      }
      Set<String> names = new HashSet<>();
      for (Future<ResourceGroup> one : made) {
        ResourceGroup group = one.get(PATIENCE, TimeUnit.SECONDS);
        groups.add(group);
        assertThat(names.add(group.name())).isTrue();
        Process process = in(group, "echo ready; exec sleep 1000");
        awaitReady(process);
        assertThat(group.usage().processes()).hasValue(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
