package dev.carrel.store.debian;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Packages, each after those it needs; where they need each other, in the order of their names. */
final class DependencyOrder {
  private static final String[] NEEDS = {"Pre-Depends", "Depends"};

  private final List<UnpackedPackage> packages;
  private final Map<UnpackedPackage, List<UnpackedPackage>> needs = new HashMap<>();

  DependencyOrder(List<UnpackedPackage> all) {
    packages = all.stream().sorted(Comparator.comparing(UnpackedPackage::name)).toList();
    Map<String, List<UnpackedPackage>> byName = new HashMap<>();
    for (UnpackedPackage one : packages) {
      byName.computeIfAbsent(one.plainName(), name -> new ArrayList<>()).add(one);
      for (String provided : one.control().packages("Provides")) {
        byName.computeIfAbsent(provided, name -> new ArrayList<>()).add(one);
      }
    }
    for (UnpackedPackage one : packages) {
      List<UnpackedPackage> needed = new ArrayList<>();
      for (String field : NEEDS) {
        for (String name : one.control().packages(field)) {
          needed.addAll(byName.getOrDefault(name, List.of()));
        }
      }
      needs.put(one, needed);
    }
  }

  /** In the order of their names. */
  List<UnpackedPackage> all() {
    return packages;
  }

  /** One of them and all that it needs. */
  List<UnpackedPackage> of(UnpackedPackage one) {
    List<UnpackedPackage> ordered = new ArrayList<>();
    visit(one, new HashSet<>(), ordered);
    return ordered;
  }

  /** Some of them and all that they need. */
  List<UnpackedPackage> of(Predicate<UnpackedPackage> wanted) {
    List<UnpackedPackage> ordered = new ArrayList<>(packages.size());
    Set<UnpackedPackage> seen = new HashSet<>();
    for (UnpackedPackage one : packages) {
      if (wanted.test(one)) {
        visit(one, seen, ordered);
      }
    }
    return ordered;
  }

  private void visit(UnpackedPackage one, Set<UnpackedPackage> seen, List<UnpackedPackage> ordered) {
    if (!seen.add(one)) {
      return;
    }
    for (UnpackedPackage needed : needs.get(one)) {
      visit(needed, seen, ordered);
    }
    ordered.add(one);
  }
}
