package dev.carrel.metrics;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Upkeep;
import dev.carrel.api.store.Upkeep.CollectionEnd;
import dev.carrel.api.store.Upkeep.ItemInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Figures of the store. To count its bytes, every file of it is looked at: that is done once a minute at most. */
final class StoreFigures {
  private static final Duration KEPT = Duration.ofMinutes(1);
  private static final double MILLISECONDS = 1e3;

  private Instant counted = Instant.MIN;
  private long items;
  private long bytes;

  /** A store that cannot be read has no figures: whoever watches sees that they are missing. */
  synchronized void addTo(Figures figures, Upkeep store, Instant now) {
    if (counted.plus(KEPT).isBefore(now)) {
      try {
        List<ItemInfo> all = store.items();
        items = all.size();
        bytes = all.stream().mapToLong(ItemInfo::size).sum();
        counted = now;
      } catch (CarrelException e) {
        return;
      }
    }
    figures.gauge("carrel_store_items", "Items in the store.", items);
    figures.gauge("carrel_store_bytes", "What the items take; a file that several share counts once.", bytes);
    store.lastCollection().ifPresent(collection -> {
      figures.gauge("carrel_store_collection_begin_timestamp_seconds", "When the last collection began.", seconds(collection.began()));
      collection.end().ifPresent(end -> addTo(figures, end));
    });
  }

  private static void addTo(Figures figures, CollectionEnd end) {
    figures.gauge("carrel_store_collection_end_timestamp_seconds", "When the last collection ended.", seconds(end.time()));
    figures.gauge("carrel_store_collection_complete", "Whether the last collection came to its end: 1, or 0.", end.complete() ? 1 : 0);
    figures.gauge("carrel_store_collection_items", "How many items the last collection deleted.", end.items());
    figures.gauge("carrel_store_collection_bytes", "How much space the last collection gave.", end.bytes());
  }

  private static double seconds(Instant time) {
    return time.toEpochMilli() / MILLISECONDS;
  }
}
