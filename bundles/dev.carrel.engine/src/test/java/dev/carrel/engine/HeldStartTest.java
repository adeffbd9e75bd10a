package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Hooks;
import dev.carrel.api.container.Hooks.Hook;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.linux.host.LinuxHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers whose program is started later than everything else is made. */
@Timeout(300)
class HeldStartTest {
  @TempDir Path directory;
  private final FakeBackend backend = new FakeBackend("first", Set.of(Feature.values()));

  private Engine engine(FakeBackend offered) {
    Engine engine = new Engine(new StateDirectory(Map.of("CARREL_STATE", directory.resolve("state").toString()), new LinuxHost()), new Networks(List::of));
    engine.setPlanner(request -> new MountPlan(List.of(), false));
    engine.addBackend(offered, Map.of());
    return engine;
  }

  private static ContainerSpec spec(Life life) {
    IdMapping one = new IdMapping(0, 0, 1);
    return new ContainerSpec(new ProcessSpec(List.of("true"), Map.of(), Path.of("/"), Stdio.discard()), Namespace.standard(), new Identity(one, one),
        Optional.empty(), new RootSpec(List.of(), List.of(), false), NetworkSpec.NONE, Optional.empty()).withLife(life);
  }

  private static Hook hook(String... command) {
    return new Hook(List.of(command), Map.of(), Duration.ofSeconds(60));
  }

  @Test
  void a_created_container_waits_until_it_is_started_once() {
    Container container = engine(backend).create(spec(Life.unrecorded()));
    assertThat(container.info().state()).isEqualTo(State.CREATED);
    assertThat(backend.proceeded).hasValue(0);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(container::pause).withMessageContaining("has not been started");
    container.start();
    assertThat(backend.proceeded).hasValue(1);
    assertThat(container.info().state()).isEqualTo(State.RUNNING);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(container::start).withMessageContaining("it has been started before");
    backend.endAll();
    assertThatExceptionOfType(CarrelException.class).isThrownBy(container::start).withMessageContaining("it has ended");
  }

  @Test
  void a_program_that_cannot_be_started_ends_its_container() {
    backend.refusal = CarrelException.failed("no such program");
    Container container = engine(backend).create(spec(Life.unrecorded()));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(container::start).withMessage("no such program");
    assertThat(container.info().state()).isEqualTo(State.ENDED);
  }

  @Test
  void only_hooks_before_the_program_hold_a_start() {
    Engine engine = engine(backend);
    engine.start(spec(Life.unrecorded().withHooks(new Hooks(List.of(), List.of(hook("/bin/true")), List.of()))));
    assertThat(backend.proceeded).hasValue(0);
    engine.start(spec(Life.unrecorded().withHooks(new Hooks(List.of(hook("/bin/true")), List.of(), List.of()))));
    assertThat(backend.proceeded).hasValue(1);
    backend.endAll();
  }

  @Test
  void of_a_start_whose_hook_failed_nothing_is_left() {
    Engine engine = engine(backend);
    Life life = Life.detached(Optional.of("job"), Life.Restart.never()).withHooks(new Hooks(List.of(hook("/bin/false")), List.of(), List.of()));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine.start(spec(life))).withMessageContaining("/bin/false failed with status 1");
    assertThat(backend.last().killed()).isEqualTo(1);
    assertThat(backend.proceeded).hasValue(0);
    assertThat(engine.all()).isEmpty();
  }

  @Test
  void a_hook_that_takes_too_long_is_killed_with_what_it_has_started() throws Exception {
    Hook slow = new Hook(List.of("/bin/sh", "-c", "sleep 4321; :"), Map.of("PATH", "/usr/bin:/bin"), Duration.ofMillis(200));
    Life life = Life.unrecorded().withHooks(new Hooks(List.of(slow), List.of(), List.of()));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine(backend).start(spec(life))).withMessageContaining("did not end within");
    for (int i = 0; i < 6000 && sleeping(); i++) {
      Thread.sleep(10); // a killed process takes its time to die
    }
    assertThat(sleeping()).isFalse();
  }

  private static boolean sleeping() {
    return ProcessHandle.current().descendants().anyMatch(child -> child.info().commandLine().orElse("").contains("sleep 4321"));
  }

  @Test
  void a_backend_that_cannot_hold_a_start_is_told_before_anything_is_made() {
    FakeBackend simple = new FakeBackend("simple", EnumSet.complementOf(EnumSet.of(Feature.HELD_START, Feature.PROGRAM_FIRST)));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine(simple).create(spec(Life.unrecorded()))).withMessageContaining("started later");
    Life first = Life.unrecorded().withFirst(Life.FirstProcess.PROGRAM);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine(simple).start(spec(first))).withMessageContaining("first process");
    assertThat(simple.started()).isZero();
  }

  @Test
  void one_with_a_name_that_ends_at_once_is_no_failure() {
    backend.endAtOnce = true;
    Container container = engine(backend).start(spec(Life.attached(Optional.of("brief"))));
    assertThat(container.exit().join()).isEqualTo(ExitStatus.exited(0));
    assertThat(engine(backend).all()).isEmpty();
  }

  @Test
  void one_that_is_kept_is_known_until_it_is_removed_however_soon_it_ends() {
    backend.endAtOnce = true;
    Engine engine = engine(backend);
    engine.start(spec(Life.attached(Optional.of("kept")).keeping()));
    assertThat(engine.find("kept").orElseThrow().info().ended().orElseThrow().status()).isEqualTo(ExitStatus.exited(0));
    engine.remove(engine.find("kept").orElseThrow());
    assertThat(engine.find("kept")).isEmpty();
  }
}
