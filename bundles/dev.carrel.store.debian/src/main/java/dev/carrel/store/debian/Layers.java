package dev.carrel.store.debian;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What is configured one after the other: the essential packages, then Python, whose modules take long to compile, then whatever brings much,
 * the biggest first, each with all that it needs. So who adds a little to much has the much configured already. This follows from the
 * packages alone, and the layers of a layer are those below it.
 */
final class Layers {
  private static final List<Predicate<UnpackedPackage>> ALWAYS = List.of(UnpackedPackage::isEssential, one -> one.plainName().equals("python3"));
  /** What is worth a container and a tree of links of its own, which take a second. */
  private static final long BIG = 64L << 10; // KiB installed
  private static final int BIG_ONES = 3;

  private final DependencyOrder packages;
  private final Set<UnpackedPackage> below = new HashSet<>();

  private Layers(DependencyOrder packages) {
    this.packages = packages;
  }

  /** From the smallest to the biggest, each with those below it; the last one may be less than all packages. */
  static List<Set<UnpackedPackage>> of(DependencyOrder packages) {
    return new Layers(packages).all();
  }

  private List<Set<UnpackedPackage>> all() {
    List<Set<UnpackedPackage>> layers = new ArrayList<>();
    for (Predicate<UnpackedPackage> wanted : ALWAYS) {
      below.addAll(packages.of(wanted));
      layers.add(Set.copyOf(below));
    }
    Set<UnpackedPackage> next = biggest();
    for (int i = 0; i < BIG_ONES && !next.isEmpty(); i++) {
      below.addAll(next);
      layers.add(Set.copyOf(below));
      next = biggest();
    }
    return layers;
  }

  /** Which package brings most beside what is there, and with what; the first by name among equals. Empty if none brings much. */
  private Set<UnpackedPackage> biggest() {
    Set<UnpackedPackage> biggest = Set.of();
    long most = BIG - 1;
    for (UnpackedPackage one : packages.all()) {
      Set<UnpackedPackage> brought = below.contains(one) ? Set.of() : brought(one);
      long size = brought.stream().mapToLong(UnpackedPackage::installedSize).sum();
      if (size > most) {
        most = size;
        biggest = brought;
      }
    }
    return biggest;
  }

  private Set<UnpackedPackage> brought(UnpackedPackage one) {
    Set<UnpackedPackage> brought = new LinkedHashSet<>(packages.of(one));
    brought.removeAll(below);
    return brought;
  }
}
