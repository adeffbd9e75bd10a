package dev.carrel.store.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database is read beside those who write to it, and nothing is written for that. */
class ReaderTest {
  /** Seconds after which a writer ends by itself. */
  private static final int LONGEST = 120;

  @TempDir Path directory;
  private Place place;
  private SampleStore store;

  @BeforeEach
  void setUp() throws IOException, SQLException {
    place = Place.nix(directory.toString(), Map.of());
    store = SampleStore.at(place);
  }

  private static List<Path> hellos(Place place) {
    return new Reader(place, 3000).read(connection -> new Catalog(connection, place).beginningWith("hello"));
  }

  /** The files beside the database, with what changes when they are written. */
  private static Map<String, String> files(Place place) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(place.database().getParent())) {
      for (Path file : (Iterable<Path>) all::iterator) {
        files.put(file.getFileName().toString(), Files.readAttributes(file, "unix:ino,size,lastModifiedTime").toString());
      }
    }
    return files;
  }

  @Test
  void after_the_last_writer_all_that_was_committed_is_seen() throws IOException, SQLException {
    Path hello = store.add("hello-1.0");
    Map<String, String> before = files(place);

    assertThat(hellos(place)).containsExactly(hello);
    assertThat(files(place)).isEqualTo(before).containsOnlyKeys("db.sqlite");
  }

  @Test
  void beside_a_writer_what_is_committed_is_seen_and_nothing_else() throws IOException, SQLException {
    try (Connection writer = store.open()) {
      Path committed = store.register(writer, "hello-1.0", List.of());
      writer.setAutoCommit(false);
      Path open = store.register(writer, "hello-2.0", List.of());
      Map<String, String> before = files(place);

      assertThat(hellos(place)).containsExactly(committed);
      assertThat(files(place)).isEqualTo(before).containsKeys("db.sqlite-wal", "db.sqlite-shm");
      writer.commit();
      assertThat(hellos(place)).containsExactly(open, committed);
    }
  }

  @Test
  void a_log_that_killed_writers_left_is_read_with_its_index_or_without() throws Exception {
    Path elsewhere = Files.createDirectories(directory.resolve("copy"));
    Place copy = Place.nix(elsewhere.toString(), Map.of());
    Files.createDirectories(copy.database().getParent());
    Path hello;
    try (Connection writer = store.open()) {
      hello = store.register(writer, "hello-1.0", List.of());
      for (String suffix : List.of("", "-wal", "-shm")) { // as a kill leaves them
        Files.copy(DatabaseFiles.beside(place.database(), suffix), DatabaseFiles.beside(copy.database(), suffix));
      }
    }
    Map<String, String> before = files(copy);
    assertThat(hellos(copy)).containsExactly(hello);
    assertThat(files(copy)).isEqualTo(before);

    Files.delete(DatabaseFiles.beside(copy.database(), "-shm"));
    before = files(copy);
    assertThat(hellos(copy)).containsExactly(hello);
    assertThat(files(copy)).isEqualTo(before);
  }

  @Test
  void a_transaction_that_a_killed_writer_left_half_way_is_not_seen() throws Exception {
    Path elsewhere = Files.createDirectories(directory.resolve("copy"));
    Place copy = Place.nix(elsewhere.toString(), Map.of());
    Files.createDirectories(copy.database().getParent());
    Path hello;
    try (Connection writer = store.open(); Statement statement = writer.createStatement()) {
      statement.executeQuery("PRAGMA journal_mode = truncate").close(); // Nix's, where there is no shared memory
      hello = store.register(writer, "hello-1.0", List.of());
      statement.executeUpdate("PRAGMA cache_size = 5"); // so small that it spills into the database
      writer.setAutoCommit(false);
      for (int i = 0; i < 2000; i++) {
        store.register(writer, "hello-2." + i, List.of());
      }
      for (String suffix : List.of("", "-journal")) {
        Files.copy(DatabaseFiles.beside(place.database(), suffix), DatabaseFiles.beside(copy.database(), suffix));
      }
      writer.rollback();
    }
    assertThat(Files.size(DatabaseFiles.beside(copy.database(), "-journal"))).isPositive();
    Map<String, String> before = files(copy);

    assertThat(hellos(copy)).containsExactly(hello);
    assertThat(files(copy)).isEqualTo(before);
  }

  @Test
  void beside_writers_that_come_and_go_every_answer_is_of_one_moment() throws Exception {
    Process writer = Writer.start(place, "wal", LONGEST);
    try {
      int answers = 0;
      int last = -1;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(6);
      while (writer.isAlive() && (System.nanoTime() < end || answers <= 10 || last <= 0)) {
        int[] counts = counts(place);
        assertThat(counts[0]).as("as many as on the other side, which is written in the same transaction").isEqualTo(counts[1]);
        assertThat(counts[0]).as("no less than before").isGreaterThanOrEqualTo(last);
        last = counts[0];
        answers++;
      }
      assertThat(answers).isGreaterThan(10);
      assertThat(last).isPositive();
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  @Test
  void a_database_that_never_comes_to_rest_is_given_up_with_its_reason() {
    AtomicInteger asked = new AtomicInteger();
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> new Reader(place, 3000).read(connection -> {
          int time = asked.incrementAndGet();
          touch(place.database(), time); // as a writer would, at the worst moment
          return time;
        }))
        .withMessageContaining("cannot read the database of Nix, " + place.database()).withMessageContaining("locked or written to")
        .withMessageContaining("Try again");
    assertThat(asked).hasValueGreaterThan(2);
  }

  private static void touch(Path file, int time) {
    try {
      Files.setLastModifiedTime(file, FileTime.fromMillis(1000L * time));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void beside_writers_with_a_rollback_journal_every_answer_is_of_one_moment() throws Exception {
    Process writer = Writer.start(place, "truncate", LONGEST);
    try {
      int answers = 0;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
      while (writer.isAlive() && (System.nanoTime() < end || answers == 0)) {
        int[] counts = counts(place);
        assertThat(counts[0]).isEqualTo(counts[1]);
        answers++;
      }
      assertThat(answers).isPositive();
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  private static int[] counts(Place place) {
    return new Reader(place, 20_000).read(connection -> {
      Catalog catalog = new Catalog(connection, place);
      return new int[] {catalog.beginningWith("left").size(), catalog.beginningWith("right").size()};
    });
  }

  @Test
  void what_is_no_database_or_of_another_schema_is_said() throws Exception {
    Files.writeString(place.database(), "This is no database at all, but a text of some length. ".repeat(100));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> hellos(place)).withMessageContaining("it is damaged")
        .withMessageContaining("nix-store --verify");

    Files.delete(place.database());
    try (Connection writer = store.open(); Statement statement = writer.createStatement()) {
      statement.executeUpdate("CREATE TABLE Objects (id integer primary key, name text)");
    }
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> hellos(place)).withMessageContaining("its tables are not those")
        .withMessageContaining("no such table: ValidPaths");
  }

  @Test
  void items_outside_of_the_store_are_not_believed() throws Exception {
    try (Connection writer = store.open(); Statement statement = writer.createStatement()) {
      for (String path : List.of("/nix/store/../../etc/" + "x".repeat(12) + "-hello", "/etc/passwd" + "x".repeat(32) + "-hello")) {
        statement.executeUpdate("INSERT INTO ValidPaths (path, hash, registrationTime) VALUES ('" + path + "', '', 1)");
      }
      assertThatExceptionOfType(CarrelException.class)
          .isThrownBy(() -> new Reader(place, 1000).read(connection -> new Catalog(connection, place).beginningWith("")))
          .withMessageContaining("is not in /nix/store");
    }
  }

  @Test
  void a_missing_store_is_said_with_what_to_do() {
    Place nowhere = Place.guix(directory.resolve("nowhere").toString(), Map.of());
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> hellos(nowhere))
        .withMessageContaining("there is no Guix store here: " + nowhere.database() + " does not exist")
        .withMessageContaining("CARREL_GUIX_ROOT");
  }

  @Test
  void two_threads_may_ask_at_once() throws Exception {
    Path hello = store.add("hello-1.0");
    List<Thread> threads = Stream.generate(() -> new Thread(() -> hellos(place))).limit(8).toList();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(20));
    }
    assertThat(hellos(place)).containsExactly(hello);
  }
}
