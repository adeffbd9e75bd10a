package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Devices;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.OutOfMemory;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.api.resource.ResourceGroup;
import dev.carrel.api.resource.Usage;
import dev.carrel.linux.host.LinuxHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When groups are made and removed; by whom is another bundle's affair. */
@Timeout(300)
class GroupingTest {
  private static final Limits LIMITS = Limits.none().withProcesses(new Bound(5));

  @TempDir Path directory;
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final FakeBackend backend = new FakeBackend("first", Set.of(Feature.values()));
  private final Written controller = new Written();
  private final Engine engine = new Engine(new StateDirectory(Map.of("CARREL_STATE", "/nonexistent"), new LinuxHost()), new Networks(List::of));

  private Engine recording() {
    Engine made = new Engine(new StateDirectory(Map.of("CARREL_STATE", directory.resolve("state").toString()), new LinuxHost()), new Networks(List::of));
    made.setPlanner(request -> new MountPlan(List.of(), false));
    made.addBackend(backend, Map.of());
    made.addController(controller);
    return made;
  }

  private static ContainerSpec spec(Life life) {
    IdMapping one = new IdMapping(0, 0, 1);
    return new ContainerSpec(new ProcessSpec(List.of("true"), Map.of(), Path.of("/"), Stdio.discard()), Namespace.standard(), new Identity(one, one),
        Optional.empty(), new RootSpec(List.of(), List.of(), false), NetworkSpec.NONE, Optional.empty()).withLife(life);
  }

  /** Makes nothing, and notes what it is asked for. */
  private final class Written implements ResourceController, ResourceGroup {
    private boolean greedy;
    private Optional<Supplier<CarrelException>> refusal = Optional.empty();

    @Override
    public String name() {
      return "written";
    }

    @Override
    public Optional<String> unavailable() {
      return Optional.empty();
    }

    @Override
    public String reserve(String owner, Limits limits) {
      calls.add("reserve");
      return "g1";
    }

    @Override
    public ResourceGroup plan(String owner, Limits limits) {
      return this;
    }

    @Override
    public ResourceGroup make(String reserved, Limits limits, Devices devices, boolean whole) {
      try (Stream<Path> files = Files.walk(directory)) {
        boolean recorded = files.filter(file -> file.endsWith("container")).anyMatch(file -> read(file).contains("resources.group=g1"));
        calls.add(recorded ? "make, recorded" : "make");
      } catch (IOException e) {
        calls.add(e.toString());
      }
      return this;
    }

    private String read(Path file) {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        return "";
      }
    }

    @Override
    public ResourceGroup find(String reserved) {
      return this;
    }

    @Override
    public List<String> clean(String owner, Set<String> kept) {
      calls.add("clean but " + kept);
      return List.of();
    }

    @Override
    public void removeUnused() {
      calls.add("remove what is unused");
    }

    @Override
    public GroupEntry birth() {
      return new GroupEntry(Optional.of(Path.of("/g1")), List.of());
    }

    @Override
    public GroupEntry entry() {
      return birth();
    }

    @Override
    public void update(Limits limits) {
      if (refusal.isPresent()) {
        throw refusal.get().get();
      }
      calls.add("update");
    }

    @Override
    public Usage usage() {
      return new Usage(Optional.empty(), Optional.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(1),
          OptionalLong.empty(), OptionalLong.empty(), 0, Map.of());
    }

    @Override
    public Optional<OutOfMemory> outOfMemory() {
      return greedy ? Optional.of(new OutOfMemory(1, OptionalLong.of(7), OptionalLong.of(6))) : Optional.empty();
    }

    @Override
    public boolean canFreeze() {
      return true;
    }

    @Override
    public void freeze() {
      calls.add("freeze");
    }

    @Override
    public void thaw() {
      calls.add("thaw");
    }

    @Override
    public void kill() {
      calls.add("kill");
    }

    @Override
    public void remove() {
      calls.add("remove");
    }
  }

  @Test
  void a_start_without_limits_asks_nobody() {
    Container container = recording().start(spec(Life.unrecorded()));
    backend.last().end(ExitStatus.exited(0));
    container.exit().join();
    assertThat(container.usage()).isEmpty();
    assertThat(calls).isEmpty();
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> container.update(LIMITS)).withMessageContaining("it has ended");
  }

  @Test
  void nobody_who_could_limit_is_an_error_that_names_the_bundle() {
    engine.setPlanner(request -> new MountPlan(List.of(), false));
    engine.addBackend(backend, Map.of());
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine.start(spec(Life.unrecorded()).withLimits(LIMITS)))
        .withMessageEndingWith("start the bundle dev.carrel.cgroup, which offers one");
    assertThat(backend.started()).isZero();
  }

  @Test
  void a_group_goes_before_anybody_hears_of_the_end_and_tells_whether_memory_ran_out() {
    Container container = recording().start(spec(Life.unrecorded()).withLimits(LIMITS));
    assertThat(container.usage().orElseThrow().processes()).hasValue(1);
    container.update(Limits.none().withMemory(new Bound(1 << 20)));
    assertThat(container.info().limits()).hasValue(LIMITS.withMemory(new Bound(1 << 20)));
    controller.greedy = true;
    backend.last().end(ExitStatus.signalled(9));
    container.exit().join();
    assertThat(calls).containsExactly("reserve", "clean but []", "make", "update", "remove");
    assertThat(container.info().outOfMemory().orElseThrow().peak()).hasValue(6);
  }

  @Test
  void what_is_recorded_names_the_group_before_it_is_made_and_whoever_forgets_it_removes_that() {
    Engine first = recording();
    Container container = first.start(spec(new Life(Optional.of("web"), true, true, Life.Restart.never())).withLimits(LIMITS));
    assertThat(calls).contains("make, recorded");
    backend.last().end(ExitStatus.exited(0));
    container.exit().join();
    assertThat(calls).doesNotContain("remove");

    Engine second = recording();
    ContainerHandle found = second.find("web").orElseThrow();
    assertThat(found.info().limits()).hasValue(LIMITS);
    second.remove(found);
    assertThat(calls).contains("remove");
  }

  @Test
  void a_start_that_fails_leaves_no_group() {
    backend.failure = CarrelException.failed("no");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> recording().start(spec(Life.unrecorded()).withLimits(LIMITS)));
    assertThat(calls).endsWith("remove");
  }

  @Test
  void what_a_killed_change_of_limits_has_left_standing_goes_on_as_soon_as_somebody_looks() throws IOException {
    ContainerHandle container = recording().start(spec(new Life(Optional.empty(), true, true, Life.Restart.never())).withLimits(LIMITS));
    Entry entry = Entry.read(container.info().record().orElseThrow()).orElseThrow();
    entry.setChanging(true);
    RecordLock.hold(entry.directory(), () -> recording().all()); // somebody is still at it
    assertThat(calls).doesNotContain("thaw");

    recording().all();
    assertThat(calls).containsOnlyOnce("thaw");
    recording().all();
    assertThat(calls).containsOnlyOnce("thaw");

    entry.setPaused(true);
    entry.setChanging(true);
    recording().all();
    assertThat(calls).as("what is paused is let alone").containsOnlyOnce("thaw");
    assertThat(entry.changing()).isFalse();
    backend.endAll();
  }

  @Test
  void a_change_of_limits_is_marked_as_long_as_it_lasts_however_it_ends() throws IOException {
    Container container = recording().start(spec(new Life(Optional.empty(), true, true, Life.Restart.never())).withLimits(LIMITS));
    Entry entry = Entry.read(container.info().record().orElseThrow()).orElseThrow();
    controller.refusal = Optional.of(() -> {
      assertThat(entry.changing()).isTrue();
      return CarrelException.failed("no");
    });
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> container.update(LIMITS)).withMessage("no");
    assertThat(entry.changing()).isFalse();

    entry.setChanging(true); // by another, who was killed
    controller.refusal = Optional.empty();
    container.update(LIMITS);
    assertThat(calls).endsWith("thaw", "update");
    backend.endAll();
  }

  @Test
  void only_what_outlives_its_starter_is_frozen() {
    Engine engine = recording();
    Container foreground = engine.start(spec(Life.unrecorded()).withLimits(LIMITS));
    foreground.pause();
    foreground.resume();
    assertThat(calls).doesNotContain("freeze");
    Container detached = engine.start(spec(new Life(Optional.empty(), true, true, Life.Restart.never())).withLimits(LIMITS));
    detached.pause();
    detached.resume();
    assertThat(calls).containsSubsequence("freeze", "thaw");
    backend.endAll();
  }
}
