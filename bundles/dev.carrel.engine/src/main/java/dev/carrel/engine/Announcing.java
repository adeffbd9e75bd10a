package dev.carrel.engine;

import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.event.ContainerEvent;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Tells listeners of a container's turns. Loaded only where there are some. */
final class Announcing {
  /** What can happen between start and end. */
  enum Turn {
    STARTED,
    PAUSED,
    RESUMED
  }

  private Announcing() {}

  static void turn(AtomicReference<Listeners> listeners, Container container, Turn turn) {
    Listeners all = listeners.get();
    if (all.any()) {
      ContainerInfo info = container.info();
      Instant now = Instant.now();
      all.tell(switch (turn) {
        case STARTED -> new ContainerEvent.Started(info, now);
        case PAUSED -> new ContainerEvent.Paused(info, now);
        case RESUMED -> new ContainerEvent.Resumed(info, now);
      });
    }
  }

  static void end(AtomicReference<Listeners> listeners, Container container, Optional<ExitStatus> status) {
    Listeners all = listeners.get();
    if (all.any()) {
      ContainerInfo info = container.info();
      Instant now = Instant.now();
      info.outOfMemory().ifPresent(what -> all.tell(new ContainerEvent.RanOutOfMemory(info, now, what)));
      all.tell(new ContainerEvent.Ended(info, now, status));
    }
  }
}
