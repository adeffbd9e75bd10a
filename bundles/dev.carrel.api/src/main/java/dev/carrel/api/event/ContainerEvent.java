package dev.carrel.api.event;

import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.resource.OutOfMemory;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** A turn in the life of a container that this process has started. More kinds may come: have a default. */
public sealed interface ContainerEvent {
  /** What was known of the container then. */
  ContainerInfo container();

  Instant time();

  /** Its program runs. */
  record Started(ContainerInfo container, Instant time) implements ContainerEvent {
    public Started {
      Objects.requireNonNull(container);
      Objects.requireNonNull(time);
    }
  }

  /** Its processes wait. */
  record Paused(ContainerInfo container, Instant time) implements ContainerEvent {
    public Paused {
      Objects.requireNonNull(container);
      Objects.requireNonNull(time);
    }
  }

  /** They go on. */
  record Resumed(ContainerInfo container, Instant time) implements ContainerEvent {
    public Resumed {
      Objects.requireNonNull(container);
      Objects.requireNonNull(time);
    }
  }

  /**
   * Its memory ran out while it ran: told when it has ended, before that.
   *
   * @param what how often
   */
  record RanOutOfMemory(ContainerInfo container, Instant time, OutOfMemory what) implements ContainerEvent {
    public RanOutOfMemory {
      Objects.requireNonNull(container);
      Objects.requireNonNull(time);
      Objects.requireNonNull(what);
    }
  }

  /**
   * Nothing of it runs any more.
   *
   * @param status how its program ended; empty if that is not known
   */
  record Ended(ContainerInfo container, Instant time, Optional<ExitStatus> status) implements ContainerEvent {
    public Ended {
      Objects.requireNonNull(container);
      Objects.requireNonNull(time);
      Objects.requireNonNull(status);
    }
  }
}
