package dev.carrel.store.nix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an item needs is what Nix itself says. */
class ClosureTest {
  private static final int ITEMS = 300;

  @TempDir Path directory;

  private static List<Path> closure(Place place, Path... items) {
    return new Reader(place, 2000).read(connection -> new Catalog(connection, place).closure(List.of(items)));
  }

  /** Items of which each refers to some before it, and some to themselves. */
  private static List<Path> register(RealNix nix, int seed) throws IOException {
    Random random = new Random(seed);
    List<Path> items = new ArrayList<>();
    StringBuilder registrations = new StringBuilder();
    for (int i = 0; i < ITEMS; i++) {
      List<Path> references = new ArrayList<>();
      for (int j = random.nextInt(4); j > 0 && i > 0; j--) {
        Path reference = items.get(random.nextInt(i));
        if (!references.contains(reference)) {
          references.add(reference);
        }
      }
      Path item = RealNix.item("item" + i + "-1." + seed);
      if (random.nextInt(5) == 0) {
        references.add(item);
      }
      registrations.append(RealNix.registration(item, references));
      items.add(item);
    }
    nix.register(registrations.toString());
    return items;
  }

  @Test
  void is_what_nix_store_qR_prints() throws IOException {
    RealNix nix = RealNix.in(directory);
    for (int seed = 1; seed <= 3; seed++) {
      List<Path> items = register(nix, seed);
      for (int i = ITEMS - 1; i > 0; i -= 60) {
        assertThat(closure(nix.place(), items.get(i))).isEqualTo(nix.closure(items.get(i)));
      }
    }
  }

  @Test
  void of_several_items_is_that_of_each_without_doubles() throws IOException {
    RealNix nix = RealNix.in(directory);
    List<Path> items = register(nix, 4);
    Path one = items.get(ITEMS - 1);
    Path other = items.get(ITEMS - 2);
    List<Path> both = closure(nix.place(), one, other, one);

    assertThat(both).doesNotHaveDuplicates().isSorted().containsAll(nix.closure(one)).containsAll(nix.closure(other))
        .allMatch(item -> closureHas(nix, one, item) || closureHas(nix, other, item));
  }

  private static boolean closureHas(RealNix nix, Path of, Path item) {
    return closure(nix.place(), of).contains(item);
  }

  @Test
  void of_what_is_not_valid_is_empty() throws IOException {
    RealNix nix = RealNix.in(directory);
    assertThat(closure(nix.place(), RealNix.item("none-1"))).isEmpty();
  }
}
