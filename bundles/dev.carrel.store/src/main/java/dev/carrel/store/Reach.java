package dev.carrel.store;

import dev.carrel.api.store.StorePath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** What is reached from where, among all valid items. */
record Reach(Map<String, Database.Row> rows) {
  /** The names and all they refer to, directly or not, as far as that is valid. */
  Set<String> from(Collection<String> roots) {
    Set<String> reached = new HashSet<>();
    ArrayDeque<String> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      String name = open.pop();
      Database.Row row = rows.get(name);
      if (row != null && reached.add(name)) {
        open.addAll(row.references());
      }
    }
    return reached;
  }

  /** For each item, what refers to it directly. */
  Map<String, List<String>> referrers() {
    Map<String, List<String>> referrers = new HashMap<>();
    for (Database.Row row : rows.values()) {
      for (String reference : row.references()) {
        referrers.computeIfAbsent(reference, name -> new ArrayList<>()).add(row.item().fileName());
      }
    }
    return referrers;
  }

  /**
   * Of what is not reached, as much as is asked for, the oldest first; what refers to something goes with it, so that no valid
   * item lacks what it needs.
   */
  List<StorePath> dead(Set<String> reached, OptionalLong atLeast) {
    List<Database.Row> dead = new ArrayList<>();
    for (Database.Row row : rows.values()) {
      if (!reached.contains(row.item().fileName())) {
        dead.add(row);
      }
    }
    dead.sort(Comparator.comparingLong(Database.Row::time).thenComparing(row -> row.item().fileName()));
    Map<String, List<String>> referrers = referrers();
    Set<String> chosen = new LinkedHashSet<>();
    long size = 0;
    for (Database.Row row : dead) {
      if (atLeast.isPresent() && size >= atLeast.getAsLong()) {
        break;
      }
      size += choose(row.item().fileName(), referrers, chosen);
    }
    return chosen.stream().map(name -> rows.get(name).item()).toList();
  }

  private long choose(String name, Map<String, List<String>> referrers, Set<String> chosen) {
    long size = 0;
    ArrayDeque<String> open = new ArrayDeque<>(List.of(name));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (chosen.add(next)) {
        size += rows.get(next).size();
        open.addAll(referrers.getOrDefault(next, List.of()));
      }
    }
    return size;
  }
}
