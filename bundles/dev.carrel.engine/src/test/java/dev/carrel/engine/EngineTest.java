package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.MountPlanner;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class EngineTest {
  private static final MountPlanner PLANNER = request -> new MountPlan(List.of(), request.root().writable());

  /** No test here records a container. */
  private static final StateDirectory NOWHERE = new StateDirectory(Map.of("CARREL_STATE", "/nonexistent"), null);

  private final FakeBackend backend = new FakeBackend("first", Set.of(Feature.values()));
  private final Engine engine = engine(backend);

  @Test
  void a_started_container_is_listed_until_it_has_ended() {
    Container container = engine.start(spec());
    assertThat(engine.list()).containsExactly(container);
    backend.last().end(ExitStatus.exited(3));
    assertThat(container.exit().join()).isEqualTo(ExitStatus.exited(3));
    assertThat(engine.list()).isEmpty();
  }

  @Test
  void whoever_hears_of_the_end_finds_the_container_gone() {
    Container container = engine.start(spec());
    List<Integer> listed = new ArrayList<>();
    container.exit().thenRun(() -> listed.add(engine.list().size()));
    backend.last().end(ExitStatus.exited(0));
    assertThat(listed).containsExactly(0);
  }

  @Test
  void a_container_that_ended_at_once_is_not_listed() {
    backend.endAtOnce = true;
    assertThat(engine.start(spec()).exit().join()).isEqualTo(ExitStatus.exited(0));
    assertThat(engine.list()).isEmpty();
  }

  @Test
  void a_specification_that_is_started_again_is_planned_once_by_each_planner() {
    List<String> planned = new ArrayList<>();
    MountPlanner one = request -> {
      planned.add("one");
      return PLANNER.plan(request);
    };
    MountPlanner other = request -> {
      planned.add("other");
      return PLANNER.plan(request);
    };
    ContainerSpec spec = spec();
    engine.setPlanner(one);
    engine.start(spec);
    engine.start(spec);
    engine.start(spec());
    engine.start(spec);
    engine.setPlanner(other);
    engine.start(spec);

    assertThat(planned).containsExactly("one", "one", "one", "other");
  }

  @Test
  void an_id_is_eight_hexadecimal_digits() {
    assertThat(engine.start(spec()).id()).matches("[0-9a-f]{8}");
  }

  @Test
  void hundreds_start_at_the_same_time_and_each_has_an_id_of_its_own() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Container>> starts = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        starts.add(() -> engine.start(spec()));
      }
      Set<String> ids = new HashSet<>();
      for (Future<Container> started : threads.invokeAll(starts)) {
        ids.add(started.get().id());
      }
      assertThat(ids).hasSize(500);
      assertThat(engine.list()).hasSize(500);
      backend.endAll();
      assertThat(engine.list()).isEmpty();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void of_a_start_that_failed_nothing_is_left() {
    backend.failure = CarrelException.failed("cannot");
    assertThatThrownBy(() -> engine.start(spec())).isSameAs(backend.failure);
    assertThat(engine.list()).isEmpty();
  }

  @Test
  void without_a_planner_the_error_names_the_bundle_that_offers_one() {
    Engine bare = new Engine(NOWHERE, new Networks(List::of));
    bare.addBackend(backend, Map.of());
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> bare.start(spec()))
        .withMessage("no mount planner available: start the bundle dev.carrel.mount, which offers one");
    assertThat(backend.started()).isZero();
  }

  @Test
  void without_a_backend_the_error_names_the_bundle_that_offers_one() {
    engine.removeBackend(backend);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine.start(spec()))
        .withMessageContaining("no isolation backend available").withMessageContaining("dev.carrel.backend.namespace");
  }

  @Test
  void the_highest_ranking_backend_that_works_here_is_taken() {
    FakeBackend broken = new FakeBackend("broken", Set.of(Feature.values()));
    broken.unavailable = Optional.of("the host forbids it");
    FakeBackend better = new FakeBackend("better", Set.of(Feature.values()));
    engine.addBackend(better, Map.of("service.ranking", 5));
    engine.addBackend(broken, Map.of("service.ranking", 9));
    assertThat(engine.explain(spec()).backend()).isEqualTo("better");
    engine.removeBackend(better);
    assertThat(engine.explain(spec()).backend()).isEqualTo("first");
  }

  @Test
  void a_backend_whose_ranking_changes_is_taken_as_it_ranks_now_and_is_there_once() {
    FakeBackend other = new FakeBackend("other", Set.of(Feature.values()));
    engine.addBackend(other, Map.of("service.ranking", -5));
    assertThat(engine.explain(spec()).backend()).isEqualTo("first");
    engine.updatedBackend(other, Map.of("service.ranking", 5));
    assertThat(engine.explain(spec()).backend()).isEqualTo("other");
    engine.removeBackend(other);
    assertThat(engine.explain(spec()).backend()).isEqualTo("first");
  }

  @Test
  void the_backend_that_is_configured_is_taken_until_it_is_configured_no_more() {
    engine.addBackend(new FakeBackend("other", Set.of(Feature.values())), Map.of("service.ranking", -5));
    engine.modified(Map.of("backend", "other"));
    assertThat(engine.explain(spec()).backend()).isEqualTo("other");
    engine.modified(Map.of("backend", "gone"));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine.explain(spec()))
        .withMessageContaining("the setting engine.backend is 'gone'").satisfies(e -> assertThat(e.kind()).isEqualTo(CarrelException.Kind.UNAVAILABLE));
    engine.modified(Map.of());
    assertThat(engine.explain(spec()).backend()).isEqualTo("first");
  }

  @Test
  void if_no_backend_works_here_the_error_says_why() {
    backend.unavailable = Optional.of("user namespaces are forbidden");
    FakeBackend other = new FakeBackend("other", Set.of());
    other.unavailable = Optional.of("bwrap is missing");
    engine.addBackend(other, Map.of());
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine.start(spec()))
        .withMessageContaining("first: user namespaces are forbidden").withMessageContaining("other: bwrap is missing");
  }

  @Test
  void a_backend_is_chosen_by_name() {
    FakeBackend other = new FakeBackend("other", Set.of());
    engine.addBackend(other, Map.of());
    engine.start(spec(Stdio.inherit(), NetworkSpec.NONE, Optional.of("other")));
    assertThat(other.started()).isOne();
  }

  @Test
  void an_unknown_backend_is_refused_naming_those_there_are() {
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> engine.start(spec(Stdio.inherit(), NetworkSpec.NONE, Optional.of("oci"))))
        .withMessageContaining("'oci'").withMessageContaining("first")
        .matches(e -> e.kind() == CarrelException.Kind.USAGE);
  }

  @Test
  void what_the_backend_cannot_do_is_refused_before_anything_is_made() {
    FakeBackend poor = new FakeBackend("poor", Set.of());
    Engine plain = engine(poor);
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> plain.start(spec(Stdio.terminal(new TerminalSize(24, 80)), NetworkSpec.NONE, Optional.empty())))
        .withMessageContaining("poor").withMessageContaining("a terminal of its own");
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> plain.start(spec(Stdio.inherit(), NetworkSpec.HOST, Optional.empty())))
        .withMessageContaining("poor").withMessageContaining("the host's network");
    assertThat(poor.started()).isZero();
  }

  @Test
  void running_containers_live_on_when_their_backend_goes() {
    Container container = engine.start(spec());
    engine.removeBackend(backend);
    assertThat(engine.list()).containsExactly(container);
    assertThat(container.stop(Duration.ofSeconds(5))).isEqualTo(ExitStatus.signalled(15));
    assertThat(engine.list()).isEmpty();
  }

  @Test
  void explaining_starts_nothing() {
    assertThat(engine.explain(spec()).steps()).isNotEmpty();
    assertThat(backend.started()).isZero();
  }

  @Test
  void what_one_listener_does_to_the_exit_the_others_do_not_see() {
    Container container = engine.start(spec());
    container.exit().cancel(true);
    container.exit().orTimeout(1, TimeUnit.NANOSECONDS);
    assertThat(container.exit()).isNotDone();
    assertThat(engine.list()).containsExactly(container);
  }

  @Test
  void stopping_asks_first() {
    Container container = engine.start(spec());
    assertThat(container.stop(Duration.ofDays(200_000_000))).isEqualTo(ExitStatus.signalled(15));
    assertThat(backend.last().killed()).isZero();
  }

  @Test
  void stopping_kills_what_does_not_listen() {
    Container container = engine.start(spec());
    backend.last().deaf = true;
    assertThat(container.stop(Duration.ofMillis(20))).isEqualTo(ExitStatus.signalled(9));
    assertThat(container.stop(Duration.ZERO)).isEqualTo(ExitStatus.signalled(9));
  }

  @Test
  void an_interrupted_stop_kills_and_stays_interrupted() {
    Container container = engine.start(spec());
    backend.last().deaf = true;
    Thread.currentThread().interrupt();
    assertThat(container.stop(Duration.ofHours(1))).isEqualTo(ExitStatus.signalled(9));
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void closing_twice_is_closing_once() {
    Container container = engine.start(spec());
    container.close();
    container.close();
    assertThat(backend.last().killed()).isOne();
    assertThat(engine.list()).isEmpty();
  }

  @Test
  void an_exit_that_got_lost_is_told() {
    Container container = engine.start(spec());
    backend.last().exit().completeExceptionally(new IllegalStateException("init vanished"));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> container.stop(Duration.ZERO))
        .withMessageContaining("init vanished");
    container.close();
    assertThat(engine.list()).isEmpty();
  }

  private static Engine engine(FakeBackend backend) {
    Engine engine = new Engine(NOWHERE, new Networks(List::of));
    engine.setPlanner(PLANNER);
    engine.addBackend(backend, Map.of());
    return engine;
  }

  static ContainerSpec spec() {
    return spec(Stdio.inherit(), NetworkSpec.NONE, Optional.empty());
  }

  private static ContainerSpec spec(Stdio stdio, NetworkSpec network, Optional<String> backend) {
    IdMapping one = new IdMapping(0, 0, 1);
    return new ContainerSpec(new ProcessSpec(List.of("true"), Map.of(), Path.of("/"), stdio),
        network == NetworkSpec.HOST ? Namespace.standardBut(Namespace.NETWORK) : Namespace.standard(), new Identity(one, one),
        Optional.empty(), new RootSpec(List.of(), List.of(), false), network, backend);
  }
}
