package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One store, used by many at once and killed while it is used. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ManyProcessesTest {
  private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f");

  private Path directory;

  @BeforeEach
  void choose(@TempDir Path temporary) {
    directory = temporary.resolve("store");
  }

  @AfterEach
  void remove() throws IOException {
    Freeze.remove(directory);
  }

  @Test
  void threads_that_want_the_same_items_make_each_once() {
    DirectoryStore store = Samples.store(directory);
    DirectoryStore other = Samples.store(directory); // as after a restart of the bundle
    AtomicInteger builds = new AtomicInteger();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      List<Recipe> recipes = new ArrayList<>();
      for (int i = 0; i < NAMES.size(); i++) {
        StorePath item = item(NAMES.get((i + thread) % NAMES.size())); // each in another order
        recipes.add(new Recipe(item, Set.of(), place -> builds.incrementAndGet()));
      }
      DirectoryStore one = thread % 2 == 0 ? store : other;
      all.add(CompletableFuture.runAsync(() -> one.realize(recipes, Progress.silent()), task -> new Thread(task).start()));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();

    assertThat(builds).hasValue(NAMES.size());
    assertThat(NAMES).allSatisfy(name -> assertThat(store.isValid(item(name))).isTrue());
  }

  @Test
  void processes_that_want_overlapping_items_all_get_them() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(Builder.start(directory, List.of(NAMES.get(i), NAMES.get(i + 1), NAMES.get(i + 2))));
    }
    for (Process process : processes) {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
    DirectoryStore store = Samples.store(directory);
    for (String name : NAMES) {
      assertThat(store.isValid(item(name))).isTrue();
      Builder.check(store, name);
    }
    assertThat(directory.resolve("staging")).isEmptyDirectory();
  }

  @Test
  void whenever_a_process_is_killed_each_item_is_whole_or_not_there_and_the_next_process_goes_on() throws Exception {
    Random random = new Random(20);
    int unfinished = 0;
    for (int round = 0; round < 25 || unfinished <= 3 && round < 250; round++) {
      List<String> names = List.of("r" + round + "x", "r" + round + "y", "r" + round + "z");
      Process process = Builder.start(directory, names);
      process.waitFor(150 + random.nextInt(450), TimeUnit.MILLISECONDS);
      unfinished += process.isAlive() ? 1 : 0;
      process.destroyForcibly().waitFor();

      DirectoryStore store = Samples.store(directory);
      for (String name : names) {
        if (store.isValid(item(name))) {
          Builder.check(store, name);
        }
      }
      List<Boolean> valid = names.stream().map(name -> store.isValid(item(name))).distinct().toList();
      assertThat(valid).as("all of a batch or none").hasSize(1);
      Builder.build(store, names);
      Builder.build(store, List.of("r" + round + "next"));
      for (String name : names) {
        Builder.check(store, name);
      }
      assertThat(directory.resolve("staging")).as("what the killed process was building").isEmptyDirectory();
      store.deactivate();
    }
    assertThat(unfinished).as("processes killed before they had ended").isGreaterThan(3);
    assertEverythingIsRegistered();
  }

  private void assertEverythingIsRegistered() throws IOException {
    DirectoryStore store = Samples.store(directory);
    try (Stream<Path> items = Files.list(directory.resolve("items"))) {
      assertThat(items).allSatisfy(item -> assertThat(store.isValid(ItemName.parse(item.getFileName().toString()))).isTrue());
    }
  }
}
