package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IoPriority;
import dev.carrel.api.container.MemoryPolicy;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.container.Personality;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Scheduling;
import dev.carrel.api.container.SchedulingPolicy;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A program gets the share that was asked for at its first start, at the one that makes a template, and at those from it. */
class ProcessShareTest {
  private static final int STARTS = 3;
  /** Nice value, realtime priority and policy, as proc_pid_stat(5) has them; then the CPUs and what the kernel is. */
  private static final String SHOW = "cut -d')' -f2 /proc/self/stat | cut -d' ' -f18,39,40; grep Cpus_allowed_list /proc/self/status | cut -f2;"
      + " cat /proc/self/personality";

  private final Fixture containers = new Fixture();

  private static ProcessSpec with(ProcessSpec process, ProcessTraits traits) {
    return new ProcessSpec(process.command(), process.environment(), process.directory(), process.stdio(), traits);
  }

  private static ProcessTraits traits(Scheduling scheduling, Personality... personality) {
    return new ProcessTraits(Optional.empty(), OptionalInt.empty(), List.of(), scheduling, Set.of(personality));
  }

  private LaunchPlan plan(ProcessTraits traits, String script) {
    LaunchPlan plan = containers.plan(Stdio.pipes(), false, Set.copyOf(Namespace.standard()), List.of("/bin/sh", "-c", script));
    ContainerSpec spec = plan.spec();
    return new LaunchPlan("test", new ContainerSpec(with(spec.process(), traits), spec.namespaces(), spec.identity(), spec.hostname(), spec.root(),
        spec.network(), Optional.empty()), plan.mounts(), Optional.empty());
  }

  private static Scheduling scheduling(int nice, String policy, String cpus) {
    return new Scheduling(OptionalInt.of(nice), Optional.of(SchedulingPolicy.of(policy)), Optional.of(NumberSet.of(cpus)), Optional.empty(),
        Optional.empty());
  }

  @Test
  void a_program_gets_what_anybody_may_have_at_every_start() {
    LaunchPlan plan = plan(traits(scheduling(7, "batch", "0"), Personality.ADDR_NO_RANDOMIZE), SHOW);
    for (int i = 0; i < STARTS; i++) {
      assertThat(containers.run(plan).out()).isEqualTo("7 0 3\n0\n00040000\n");
    }
  }

  @Test
  void and_where_root_starts_it_what_only_root_may() {
    assumeTrue(containers.account.uid() == 0, "only root may lower a nice value and give realtime priorities");
    LaunchPlan plan = plan(traits(new Scheduling(OptionalInt.of(-6), Optional.of(SchedulingPolicy.of("rr:3")), Optional.empty(),
        Optional.of(IoPriority.of("realtime:2")), Optional.of(MemoryPolicy.of("preferred:0")))), SHOW + "; grep -c prefer /proc/self/numa_maps | grep -vx 0 | wc -l");
    for (int i = 0; i < STARTS; i++) {
      assertThat(containers.run(plan).out()).startsWith("-6 3 2\n").endsWith("\n1\n");
    }
  }

  @Test
  void another_program_that_enters_may_have_another_share() throws Exception {
    LaunchPlan plan = plan(traits(scheduling(3, "other", "0")), "sleep 1000");
    Running running = containers.backend.launch(plan);
    try {
      ProcessSpec program = with(containers.plan(Stdio.pipes(), false, Set.copyOf(Namespace.standard()), List.of("/bin/sh", "-c", SHOW)).spec().process(),
          traits(scheduling(9, "idle", "0"), Personality.WHOLE_SECONDS));
      Running entered = containers.backend.enter("test", running, Inside.of(plan.spec()), Optional.empty(), program);
      assertThat(new String(entered.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("9 0 5\n0\n02000000\n");
    } finally {
      running.kill();
    }
  }

  @Test
  void cpus_and_nodes_that_are_not_there_are_told() {
    assertThatThrownBy(() -> containers.run(plan(traits(scheduling(0, "other", "0,8190")), "true"))).isInstanceOf(CarrelException.class)
        .hasMessageContainingAll("cannot run on the CPUs 0,8190", "not all of them are there", "Online here: 0");
    Scheduling far = new Scheduling(OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(MemoryPolicy.of("bind:0,63")));
    assertThatThrownBy(() -> containers.run(plan(traits(far), "true"))).isInstanceOf(CarrelException.class)
        .hasMessageContainingAll("cannot have memory by bind:0,63", "not all of these nodes are there");
  }
}
