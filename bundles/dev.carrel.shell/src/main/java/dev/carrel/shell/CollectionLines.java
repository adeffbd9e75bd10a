package dev.carrel.shell;

import dev.carrel.api.store.Upkeep;
import dev.carrel.api.store.Upkeep.CollectionEnd;
import dev.carrel.api.store.Upkeep.LastCollection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Tells of collections of the store, by whichever process, from what is noted of the last one. */
final class CollectionLines implements EventLines, AutoCloseable {
  private final BundleContext context;
  /** The store's service that is used: got once, as to give it back would have it made anew at each look. */
  private Optional<ServiceReference<Upkeep>> used = Optional.empty();
  private Optional<Upkeep> store = Optional.empty();
  private Optional<LastCollection> before;

  CollectionLines(BundleContext context) {
    this.context = context;
    this.before = look();
  }

  /** The store's bundle may be exchanged meanwhile. */
  private Optional<LastCollection> look() {
    Optional<ServiceReference<Upkeep>> present = Optional.ofNullable(context.getServiceReference(Upkeep.class));
    if (!present.equals(used)) {
      close();
      used = present;
      store = present.map(context::getService);
    }
    return store.flatMap(Upkeep::lastCollection);
  }

  @Override
  public void close() {
    used.ifPresent(context::ungetService);
    used = Optional.empty();
  }

  @Override
  public List<Map<String, Object>> next() {
    Optional<LastCollection> now = look();
    List<Map<String, Object>> lines = new ArrayList<>(2);
    if (now.isPresent() && !now.equals(before)) {
      LastCollection collection = now.get();
      if (before.isEmpty() || !before.get().began().equals(collection.began())) {
        lines.add(EventLines.line(collection.began(), "collecting"));
      }
      collection.end().ifPresent(end -> lines.add(line(end)));
      before = now;
    }
    return lines;
  }

  private static Map<String, Object> line(CollectionEnd end) {
    Map<String, Object> line = EventLines.line(end.time(), end.complete() ? "collected" : "collection-failed");
    if (end.complete()) {
      line.put("items", end.items());
      line.put("bytes", end.bytes());
    }
    return line;
  }
}
