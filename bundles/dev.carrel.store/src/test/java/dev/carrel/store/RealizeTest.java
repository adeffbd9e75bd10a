package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static dev.carrel.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealizeTest {
  private final Progress silent = Progress.silent();
  private Path directory;
  private DirectoryStore store;

  @BeforeEach
  void makeStore(@TempDir Path temporary) {
    directory = temporary.resolve("a store? 100%&x=1");
    store = Samples.store(directory);
  }

  @AfterEach
  void removeStore() throws IOException {
    Freeze.remove(directory);
  }

  @Test
  void asking_makes_nothing() {
    assertThat(store.isValid(item("a"))).isFalse();
    assertThat(store.recall("0".repeat(64))).isEmpty();
    assertThat(store.locate(item("a"))).isEqualTo(directory.resolve("items").resolve(item("a").fileName()));
    assertThat(directory).doesNotExist();
  }

  @Test
  void an_item_is_what_its_builder_made() {
    store.realize(List.of(recipe("a")), silent);

    assertThat(store.isValid(item("a"))).isTrue();
    assertThat(store.locate(item("a")).resolve("usr/bin/a")).hasContent("a");
    assertThat(Samples.store(directory).isValid(item("a"))).isTrue();
  }

  @Test
  void an_item_cannot_be_written_and_has_no_times_and_no_set_id_bits() throws Exception {
    store.realize(List.of(recipe("a", place -> {
      write(place, "usr/bin/tool", "tool");
      write(place, "usr/share/text", "text");
      Files.setAttribute(place.resolve("usr/bin/tool"), "unix:mode", 06777);
      Files.setAttribute(place.resolve("usr/share"), "unix:mode", 02770);
      Files.setAttribute(place.resolve("usr/share/text"), "unix:mode", 0666);
      Files.createSymbolicLink(place.resolve("usr/bin/link"), Path.of("tool"));
    })), silent);

    Path item = store.locate(item("a"));
    for (Map.Entry<String, Integer> expected : Map.of("", 0555, "usr", 0555, "usr/share", 0555, "usr/bin/tool", 0555,
        "usr/share/text", 0444).entrySet()) {
      Path path = item.resolve(expected.getKey());
      assertThat((Integer) Files.getAttribute(path, "unix:mode") & 07777).as(path.toString()).isEqualTo(expected.getValue());
    }
    try (Stream<Path> all = Files.walk(item)) {
      assertThat(all).allSatisfy(path -> assertThat(Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis())
          .as(path.toString()).isEqualTo(1000));
    }
  }

  @Test
  void a_valid_item_is_not_made_again() {
    AtomicInteger builds = new AtomicInteger();
    Recipe recipe = recipe("a", place -> builds.incrementAndGet());

    store.realize(List.of(recipe, recipe), silent);
    store.realize(List.of(recipe), silent);
    Samples.store(directory).realize(List.of(recipe), silent);

    assertThat(builds).hasValue(1);
  }

  @Test
  void items_may_need_each_other_in_a_circle_and_a_closure_has_all_of_them_with_their_versions() {
    store.realize(List.of(recipe("a", "b"), recipe("b", "c"), recipe("c", "a"), recipe("d")), silent);

    assertThat(store.closure(item("b")).requisites()).containsExactlyInAnyOrder(item("a"), item("b"), item("c"));
    assertThat(store.closure(item("d")).requisites()).containsExactly(item("d"));
  }

  @Test
  void the_closure_of_what_is_not_there_is_refused() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.closure(item("a")))
        .withMessageContaining(item("a").toString()).withMessageContaining("not in the store");
    assertThat(directory).doesNotExist();
  }

  @Test
  void an_item_that_needs_what_is_not_there_is_refused_and_none_of_its_batch_is_valid() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.realize(List.of(recipe("a"), recipe("b", "nowhere")), silent))
        .withMessageContaining(item("b").toString()).withMessageContaining(item("nowhere").toString());
    assertNothingLeft();
  }

  @Test
  void when_one_of_a_batch_fails_its_message_is_told_and_nothing_is_left() {
    Recipe bad = recipe("bad", place -> {
      write(place, "usr/half", "made");
      throw CarrelException.failed("this package is no good");
    });

    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.realize(List.of(recipe("a"), bad, recipe("c")), silent))
        .withMessage("this package is no good");
    assertNothingLeft();
  }

  @Test
  void what_a_builder_may_not_make_is_refused() {
    refuses("a device, fifo or socket", place -> run("mkfifo", place.resolve("pipe").toString()));
    Path outside = directory.resolveSibling("outside");
    refuses("a hard link to a file outside", place -> {
      Files.writeString(outside, "mine");
      Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rw-rw----"));
      Files.createLink(place.resolve("inside"), outside);
    });
    assertThat(outside).hasContent("mine").isWritable();
    assertNothingLeft();
  }

  @Test
  void hard_links_within_an_item_stay() throws IOException {
    store.realize(List.of(recipe("a", place -> {
      write(place, "one", "x");
      Files.createLink(place.resolve("two"), place.resolve("one"));
    })), silent);

    assertThat(Files.isSameFile(store.locate(item("a")).resolve("one"), store.locate(item("a")).resolve("two"))).isTrue();
  }

  @Test
  void a_directory_that_the_database_does_not_know_is_replaced() throws IOException {
    store.realize(List.of(recipe("other")), silent);
    write(store.locate(item("a")), "usr/bin/half", "a killed process left this");

    assertThat(store.isValid(item("a"))).isFalse();
    store.realize(List.of(recipe("a")), silent);

    assertThat(store.locate(item("a")).resolve("usr/bin/half")).doesNotExist();
    assertThat(store.locate(item("a")).resolve("usr/bin/a")).hasContent("a");
  }

  @Test
  void an_item_whose_directory_somebody_removed_is_made_again_and_still_needed() throws IOException {
    store.realize(List.of(recipe("a"), recipe("b", "a")), silent);
    Freeze.remove(store.locate(item("a")));
    assertThat(store.isValid(item("a"))).isFalse();

    store.realize(List.of(recipe("a")), silent);

    assertThat(store.isValid(item("a"))).isTrue();
    assertThat(store.closure(item("b")).requisites()).contains(item("a"));
  }

  @Test
  void a_builder_that_is_interrupted_leaves_nothing(@TempDir Path other) throws IOException {
    DirectoryStore first = Samples.store(other.resolve("store")); // SQLite's library, when a JVM loads it, may take an interrupt for its own
    first.realize(List.of(recipe("first")), silent);
    first.deactivate();
    Freeze.remove(other.resolve("store"));
    Recipe endless = recipe("a", place -> {
      try {
        Thread.sleep(60_000);
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
    });
    Thread.currentThread().interrupt();

    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.realize(List.of(endless), silent))
        .withMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertNothingLeft();
  }

  @Test
  void a_stopped_store_finishes_what_it_began() {
    store.realize(List.of(recipe("a", place -> {
      store.deactivate();
      write(place, "x", "x");
    })), silent);

    assertThat(Samples.store(directory).isValid(item("a"))).isTrue();
  }

  private void refuses(String why, Recipe.Builder builder) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.realize(List.of(recipe("a", builder)), silent))
        .withMessageStartingWith("cannot add " + item("a")).withMessageContaining(why);
  }

  private void assertNothingLeft() {
    assertThat(directory.resolve("items")).isEmptyDirectory();
    assertThat(directory.resolve("staging")).isEmptyDirectory();
  }

  private static void run(String... command) throws IOException {
    try {
      assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
