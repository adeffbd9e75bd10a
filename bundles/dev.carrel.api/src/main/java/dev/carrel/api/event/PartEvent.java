package dev.carrel.api.event;

import java.time.Instant;
import java.util.Objects;

/** A part of this process's Carrel has come or gone, as its bundle was started, stopped or exchanged. More kinds may come: have a default. */
public sealed interface PartEvent {
  Part part();

  Instant time();

  /** It can be used from now on. */
  record Came(Part part, Instant time) implements PartEvent {
    public Came {
      Objects.requireNonNull(part);
      Objects.requireNonNull(time);
    }
  }

  /** It is not to be had any more; what was begun with it is finished. */
  record Went(Part part, Instant time) implements PartEvent {
    public Went {
      Objects.requireNonNull(part);
      Objects.requireNonNull(time);
    }
  }
}
