package dev.carrel.metrics;

import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.End;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.resource.OutOfMemory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What could be known of a container. */
final class Sample {
  private static final Instant THEN = Instant.parse("2026-05-01T12:00:00Z");

  private Sample() {}

  static ContainerInfo in(State state, String id) {
    return container(id, "name-of-" + id, state, Optional.empty(), 0);
  }

  static ContainerInfo running(String id) {
    return in(State.RUNNING, id);
  }

  static ContainerInfo ended(String id, int status) {
    return container(id, "name-of-" + id, State.ENDED, Optional.of(new End(THEN, ExitStatus.exited(status))), 0);
  }

  static ContainerInfo called(String id, String name) {
    return container(id, name, State.RUNNING, Optional.empty(), 0);
  }

  static ContainerInfo killed(String id, long kills) {
    return container(id, "name-of-" + id, State.RUNNING, Optional.empty(), kills);
  }

  private static ContainerInfo container(String id, String name, State state, Optional<End> end, long kills) {
    return new ContainerInfo(id, Optional.of(name), state, 1, THEN, end,
        new ProcessSpec(List.of("sleep"), Map.of(), Path.of("/"), Stdio.discard()), true, true, "namespace", Optional.empty(), Map.of(), Optional.empty(),
        Optional.empty(), kills == 0 ? Optional.empty() : Optional.of(new OutOfMemory(kills, OptionalLong.empty(), OptionalLong.empty())));
  }
}
