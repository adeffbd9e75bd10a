package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Life.Pin;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Group;
import dev.carrel.api.host.Host;
import dev.carrel.api.host.ProcessTimes;
import dev.carrel.api.host.SubordinateIds;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links that keep items of other stores from collection are there as long as the container, whatever becomes of it. */
class PinsTest {
  private static final Path ITEM = Path.of("/nix/store/hello");

  @TempDir Path directory;
  private Path roots;
  private final FakeBackend backend = new FakeBackend("first", Set.of(Feature.values()));
  private Engine engine;

  @BeforeEach
  void setUp() throws IOException {
    roots = Files.createDirectory(directory.resolve("roots"));
    engine = engine();
  }

  private Engine engine() {
    Engine made = new Engine(new StateDirectory(Map.of("CARREL_STATE", directory.resolve("state").toString()), new Me()), new Networks(List::of));
    made.setPlanner(request -> new MountPlan(List.of(), request.root().writable()));
    made.addBackend(backend, Map.of());
    return made;
  }

  private ContainerSpec spec(Life life) {
    ProcessSpec process = new ProcessSpec(List.of("true"), Map.of(), Path.of("/"), life.detached() ? Stdio.discard() : Stdio.inherit());
    return new ContainerSpec(process, Namespace.standard(), new Identity(new IdMapping(0, 0, 1), new IdMapping(0, 0, 1)), Optional.empty(),
        new RootSpec(List.of(), List.of(), false), NetworkSpec.NONE, Optional.empty())
        .withLife(life.withPins(List.of(new Pin(roots, ITEM), new Pin(roots, Path.of("/nix/store/bash")))));
  }

  private List<Path> links() throws IOException {
    try (Stream<Path> links = Files.list(roots)) {
      return links.sorted().toList();
    }
  }

  @Test
  void they_lead_through_the_record_to_the_items() throws IOException {
    Container container = engine.start(spec(Life.attached(Optional.empty())));
    assertThat(links()).containsExactly(roots.resolve("carrel-" + container.id() + "-0"), roots.resolve("carrel-" + container.id() + "-1"));
    Path through = Files.readSymbolicLink(links().get(0));
    assertThat(through.getParent()).isEqualTo(directory.resolve("state").resolve(container.id()));
    assertThat(Files.readSymbolicLink(through)).isEqualTo(ITEM);

    backend.last().end(ExitStatus.exited(0));
    container.exit().join();
    assertThat(links()).isEmpty();
    assertThat(directory.resolve("state").resolve(container.id())).doesNotExist();
  }

  @Test
  void a_container_that_ends_at_once_leaves_none_and_is_no_failure() throws IOException {
    backend.endAtOnce = true;
    assertThat(engine.start(spec(Life.attached(Optional.empty()))).exit().join()).isEqualTo(ExitStatus.exited(0));
    assertThat(links()).isEmpty();
  }

  @Test
  void of_a_start_that_failed_none_is_left() throws IOException {
    backend.failure = CarrelException.failed("no");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine.start(spec(Life.attached(Optional.of("web")))));
    assertThat(links()).isEmpty();
    assertThat(engine.all()).isEmpty();
  }

  @Test
  void where_none_can_be_made_nothing_is_started() throws IOException {
    Files.delete(roots);
    Files.createFile(roots);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine.start(spec(Life.attached(Optional.empty()))))
        .withMessageContaining("cannot keep /nix/store/hello from collection");
    assertThat(backend.started()).isZero();
    try (Stream<Path> state = Files.list(directory.resolve("state"))) {
      assertThat(state).isEmpty();
    }
  }

  @Test
  void those_of_a_killed_carrel_go_with_the_next_look_start_or_cleaning() throws IOException {
    for (int way = 0; way < 3; way++) {
      leftOver("1000000" + way);
      assertThat(links()).hasSize(2);
      switch (way) {
        case 0 -> assertThat(engine.all()).isEmpty();
        case 1 -> {
          Container next = engine.start(spec(Life.attached(Optional.empty())));
          assertThat(links()).allMatch(link -> link.getFileName().toString().contains(next.id()));
          backend.last().end(ExitStatus.exited(0));
          next.exit().join();
        }
        default -> assertThat(engine.clean()).hasSize(1);
      }
      assertThat(links()).isEmpty();
    }
  }

  /** What a Carrel leaves that was killed: a record whose starter is no more. */
  private void leftOver(String id) throws IOException {
    Registry registry = new Registry(new StateDirectory(Map.of("CARREL_STATE", directory.resolve("state").toString()), new Me()), new Controllers());
    Entry entry = registry.reserve(id, spec(Life.attached(Optional.empty())), "first", false, Optional.empty());
    Path file = entry.directory().resolve("container");
    Files.writeString(file, Files.readString(file).replaceAll("(?m)^starter.time=.*$", "starter.time=1"));
  }

  @Test
  void who_read_a_record_before_its_container_ran_does_not_take_it_for_left_over_once_its_starter_has_ended() throws IOException {
    leftOver("10000003");
    Path file = directory.resolve("state/10000003/container");
    Entry early = Entry.read(file.getParent()).orElseThrow();
    assertThat(Registry.isLeftOver(early)).isTrue();

    long pid = ProcessHandle.current().pid();
    Files.writeString(file, "pid=" + pid + "\npid.time=" + ProcessTimes.startTime(pid) + "\n", StandardOpenOption.APPEND);
    assertThat(Registry.isLeftOver(early)).isFalse();
  }

  @Test
  void whoever_else_has_a_link_of_that_name_keeps_it() throws IOException {
    Container container = engine.start(spec(Life.attached(Optional.empty())));
    Path link = links().get(0);
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("/somewhere"));
    backend.last().end(ExitStatus.exited(0));
    container.exit().join();
    assertThat(links()).containsExactly(link);
  }

  /** This process's user. */
  private final class Me implements Host {
    @Override
    public Account account() {
      try {
        long uid = Integer.toUnsignedLong((Integer) Files.getAttribute(directory, "unix:uid"));
        return new Account("me", uid, uid, "", directory, "/bin/sh");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public List<Group> groups() {
      return List.of();
    }

    @Override
    public SubordinateIds subordinateIds() {
      return new SubordinateIds(List.of(), List.of());
    }

    @Override
    public boolean administers() {
      return false;
    }

    @Override
    public void sync(Path anyFileOfIt) {}
  }
}
