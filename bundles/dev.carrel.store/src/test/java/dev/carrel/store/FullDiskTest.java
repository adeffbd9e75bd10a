package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static dev.carrel.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep.Collection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
  @TempDir Path directory;

  @BeforeEach
  void needsRoot() {
    assumeTrue(Tmpfs.isPossible(), "needs root that may mount, to have a small file system");
  }

  private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable attempt) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(attempt).withMessageStartingWith("cannot ")
        .withMessageContaining("No space left on device").withMessageContaining("MB are free").withMessageContaining("CARREL_STORE");
  }

  @Test
  void an_item_that_finds_no_space_is_refused_and_with_more_space_it_is_made() throws IOException {
    try (Tmpfs small = Tmpfs.on(directory, "size=2m,mode=755")) {
      DirectoryStore store = Samples.store(directory);
      store.realize(List.of(recipe("before")), Progress.silent());
      refused(() -> store.realize(List.of(recipe("a"), recipe("big", place -> write(place, "x", "x".repeat(3_000_000)))), Progress.silent()));

      assertThat(directory.resolve("staging")).isEmptyDirectory();
      assertThat(store.isValid(item("a"))).isFalse();
      assertThat(store.isValid(item("before"))).isTrue();
      store.realize(List.of(recipe("a")), Progress.silent());
      store.deactivate();
    }
  }

  /** With one page more each time, the disk is full at each step that writes. */
  @Test
  void wherever_space_ends_nothing_half_made_is_left_and_the_message_is_the_same() throws IOException {
    assertThat(failuresUntilMade("size=%dk,mode=755", 4)).isGreaterThan(2);
  }

  /** With one inode more each time, at each step that makes a file, a directory or a link. */
  @Test
  void wherever_inodes_end_nothing_half_made_is_left_and_the_message_is_the_same() throws IOException {
    assertThat(failuresUntilMade("nr_inodes=%d,mode=755", 1)).isGreaterThan(20);
  }

  private int failuresUntilMade(String options, int step) throws IOException {
    int failures = 0;
    for (int size = 2 * step; ; size += step) {
      try (Tmpfs small = Tmpfs.on(directory, String.format(options, size))) {
        if (attempt()) {
          return failures;
        }
        failures++;
      }
    }
  }

  private boolean attempt() throws IOException {
    DirectoryStore store = Samples.store(directory);
    List<StorePath> items = new ArrayList<>(List.of(item("a"), item("b")));
    try {
      store.realize(List.of(recipe("a", "b"), recipe("b")), Progress.silent());
      items.add(store.union("profile", List.copyOf(items), Progress.silent()));
      store.remember("0".repeat(64), items.get(2));
    } catch (CarrelException e) {
      assertThat(e).hasMessageStartingWith("cannot ").hasMessageContaining("No space left on device");
      for (StorePath item : items) {
        boolean valid = Files.exists(directory.resolve("db/carrel.sqlite")) && Files.isDirectory(store.locate(item)) && store.isValid(item);
        assertThat(Files.isDirectory(store.locate(item))).as(item + " is there, so it is valid").isEqualTo(valid);
      }
      if (Files.isDirectory(directory.resolve("staging"))) {
        assertThat(directory.resolve("staging")).isEmptyDirectory();
      }
      return false;
    } finally {
      store.deactivate();
    }
    return true;
  }

  @Test
  void a_full_disk_is_no_obstacle_to_a_collection() throws IOException {
    try (Tmpfs small = Tmpfs.on(directory, "size=6m,mode=755")) {
      DirectoryStore store = Samples.store(directory);
      for (int i = 0; i < 20; i++) {
        int number = i;
        store.realize(List.of(recipe("i" + i, place -> write(place, "usr/x", ("x" + number).repeat(20_000)))), Progress.silent());
      }
      store.deactivate();
      fill();
      DirectoryStore again = Samples.store(directory);
      DirectoryUpkeep upkeep = new DirectoryUpkeep(again, new DirectoryGenerations(again, Samples.host()));
      assertThat(upkeep.collect(new Collection(OptionalLong.empty(), Optional.empty(), false), Progress.silent()).items()).hasSize(20);
      assertThat(directory.resolve("staging")).isEmptyDirectory();
      assertThat(directory.resolve("items")).isEmptyDirectory();
      assertThat(upkeep.items()).isEmpty();
      again.deactivate();
    }
  }

  private void fill() throws IOException {
    try (var out = Files.newOutputStream(directory.resolve("junk"))) {
      while (true) {
        out.write(new byte[512]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  @Test
  void a_profile_stays_as_it_is_where_there_is_no_space_for_another_generation() throws IOException {
    try (Tmpfs small = Tmpfs.on(directory, "size=3m,mode=755")) {
      DirectoryStore store = Samples.store(directory);
      DirectoryGenerations generations = new DirectoryGenerations(store, Samples.host());
      store.realize(List.of(recipe("a"), recipe("b")), Progress.silent());
      generations.add(ProfileName.DEFAULT, 0, item("a"), List.of());
      fill();
      List<Generation.Chosen> asked = List.of(new Generation.Chosen(PackageRequest.parse("b".repeat(5000)), "debian", ""));
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> generations.add(ProfileName.DEFAULT, 1, item("b"), asked))
          .withMessageContaining("No space left");
      assertThat(generations.all(ProfileName.DEFAULT)).hasSize(1);
      assertThat(generations.current(ProfileName.DEFAULT).orElseThrow().number()).isEqualTo(1);
      store.deactivate();
    }
  }

  @Test
  void a_store_that_is_read_only_can_be_read_and_refuses_changes_with_the_reason() throws IOException {
    try (Tmpfs small = Tmpfs.on(directory, "size=3m,mode=755")) {
      DirectoryStore store = Samples.store(directory);
      DirectoryGenerations generations = new DirectoryGenerations(store, Samples.host());
      store.realize(List.of(recipe("a")), Progress.silent());
      generations.add(ProfileName.DEFAULT, 0, item("a"), List.of());
      store.deactivate();
      Tmpfs.readOnly(directory);
      DirectoryStore again = Samples.store(directory);
      DirectoryGenerations readOnly = new DirectoryGenerations(again, Samples.host());
      assertThat(readOnly.current(ProfileName.DEFAULT).orElseThrow().number()).isEqualTo(1);
      for (Runnable change : List.<Runnable>of(() -> readOnly.switchTo(ProfileName.DEFAULT, 1), () -> readOnly.add(ProfileName.DEFAULT, 1, item("a"), List.of()),
          () -> new DirectoryUpkeep(again, readOnly).collect(new Collection(OptionalLong.empty(), Optional.empty(), false), Progress.silent()))) {
        assertThatExceptionOfType(CarrelException.class).isThrownBy(change::run).withMessageContaining("Read-only file system").withMessageContaining("CARREL_STORE");
      }
    }
  }
}
