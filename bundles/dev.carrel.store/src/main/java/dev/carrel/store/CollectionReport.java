package dev.carrel.store;

import dev.carrel.api.event.StoreEvent;
import dev.carrel.api.event.StoreListener;
import dev.carrel.api.store.Upkeep.Collected;
import dev.carrel.api.store.Upkeep.CollectionEnd;
import dev.carrel.api.store.Upkeep.LastCollection;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Tells of one collection: listeners in this process, and by a note whoever looks from others. */
final class CollectionReport {
  private final Path store;
  private final CollectionNote note;
  private final List<StoreListener> listeners;
  private final Instant began = Instant.now();

  CollectionReport(Layout layout, List<StoreListener> listeners) {
    this.store = layout.directory();
    this.note = new CollectionNote(layout.collection());
    this.listeners = listeners;
  }

  void begin() {
    note.write(new LastCollection(began, Optional.empty()));
    tell(new StoreEvent.CollectionBegan(store, began));
  }

  void end(Collected collected) {
    Instant now = Instant.now();
    note.write(new LastCollection(began, Optional.of(new CollectionEnd(now, true, collected.items().size(), collected.bytes()))));
    tell(new StoreEvent.CollectionEnded(store, now, collected.items().size(), collected.bytes()));
  }

  /** @param reason as its user is told */
  void fail(String reason) {
    Instant now = Instant.now();
    note.write(new LastCollection(began, Optional.of(new CollectionEnd(now, false, 0, 0))));
    tell(new StoreEvent.CollectionFailed(store, now, reason));
  }

  private void tell(StoreEvent event) {
    for (StoreListener listener : listeners) {
      try {
        listener.happened(event);
      } catch (RuntimeException | LinkageError failure) {
        System.err.println("carrel: a listener failed to hear of a collection in " + store + ": " + failure);
      }
    }
  }
}
