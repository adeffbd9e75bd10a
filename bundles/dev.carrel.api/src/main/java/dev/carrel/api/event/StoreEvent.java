package dev.carrel.api.event;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/** Something that this process does to a store as a whole. More kinds may come: have a default. */
public sealed interface StoreEvent {
  /** The store's directory. */
  Path store();

  Instant time();

  /** What nothing needs is about to be deleted. */
  record CollectionBegan(Path store, Instant time) implements StoreEvent {
    public CollectionBegan {
      Objects.requireNonNull(store);
      Objects.requireNonNull(time);
    }
  }

  /**
   * It has been deleted.
   *
   * @param items how many items went
   * @param bytes how much space that gave
   */
  record CollectionEnded(Path store, Instant time, int items, long bytes) implements StoreEvent {
    public CollectionEnded {
      Objects.requireNonNull(store);
      Objects.requireNonNull(time);
      if (items < 0 || bytes < 0) {
        throw new IllegalArgumentException("less than nothing was deleted");
      }
    }
  }

  /**
   * Not all of it could be deleted: the next collection takes the rest.
   *
   * @param reason as its user is told
   */
  record CollectionFailed(Path store, Instant time, String reason) implements StoreEvent {
    public CollectionFailed {
      Objects.requireNonNull(store);
      Objects.requireNonNull(time);
      Objects.requireNonNull(reason);
    }
  }
}
