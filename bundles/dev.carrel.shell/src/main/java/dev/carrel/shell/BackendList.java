package dev.carrel.shell;

import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.IsolationBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What can isolate containers, the best first.
 *
 * @param backends what each said of itself
 * @param preferred the name of the one that is used by configuration; empty: the best that works here
 */
record BackendList(List<Entry> backends, String preferred) {
  /**
   * One backend.
   *
   * @param features as labels, in the order of their declaration
   * @param obstacle why it cannot be used here
   */
  record Entry(String name, String version, int ranking, List<String> features, Optional<String> obstacle) {}

  static BackendList of(Offers offers, String preferred) {
    List<Entry> entries = new ArrayList<>();
    offers.each(IsolationBackend.class, (backend, ranking) -> entries.add(new Entry(
        backend.name(), backend.version(), ranking, labels(backend), backend.unavailable())));
    return new BackendList(entries, preferred);
  }

  private static List<String> labels(IsolationBackend backend) {
    List<String> labels = new ArrayList<>();
    for (Feature feature : new TreeSet<>(backend.features())) {
      labels.add(feature.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    return labels;
  }

  boolean isEmpty() {
    return backends.isEmpty();
  }

  /** The one that is used unless another is named. */
  private Optional<Entry> chosen() {
    return backends.stream().filter(entry -> entry.obstacle().isEmpty() && (preferred.isEmpty() || preferred.equals(entry.name()))).findFirst();
  }

  String text() {
    Table table = new Table("", "NAME", "VERSION", "RANKING", "FEATURES");
    Entry chosen = chosen().orElse(null);
    for (Entry entry : backends) {
      String features = String.join(", ", entry.features());
      table.row(entry == chosen ? "*" : "", entry.name(), entry.version(), Integer.toString(entry.ranking()),
          entry.obstacle().isPresent() ? "unavailable: " + entry.obstacle().get() : features);
    }
    return table + (chosen == null
        ? preferred.isEmpty() ? "\nNone of them can be used here. carrel doctor tells what to do\n"
            : "\nThe setting engine.backend is " + preferred + ", which cannot be used here. See carrel config --help\n"
        : "\n* is used unless --backend=NAME names another\n");
  }

  String json() {
    List<Object> all = new ArrayList<>();
    Entry chosen = chosen().orElse(null);
    for (Entry entry : backends) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("name", entry.name());
      data.put("version", entry.version());
      data.put("ranking", entry.ranking());
      data.put("features", entry.features());
      data.put("available", entry.obstacle().isEmpty());
      data.put("default", entry == chosen);
      entry.obstacle().ifPresent(why -> data.put("unavailable", why));
      all.add(data);
    }
    return Json.of(all);
  }
}
