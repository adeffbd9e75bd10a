package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  private Path directory;
  private Path file;

  @BeforeEach
  void makeStore(@TempDir Path temporary) {
    directory = temporary.resolve("store");
    file = directory.resolve("db/carrel.sqlite");
    DirectoryStore store = Samples.store(directory);
    store.realize(List.of(recipe("a", "b"), recipe("b")), Progress.silent());
    store.deactivate();
  }

  @AfterEach
  void removeStore() throws IOException {
    Freeze.remove(directory);
  }

  private void change(String statement) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file); Statement sql = connection.createStatement()) {
      sql.executeUpdate(statement);
    }
  }

  @Test
  void it_is_written_ahead_and_has_the_tables_that_nix_and_guix_have() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file); Statement sql = connection.createStatement()) {
      try (ResultSet mode = sql.executeQuery("PRAGMA journal_mode")) {
        assertThat(mode.getString(1)).isEqualTo("wal");
      }
      try (ResultSet references = sql.executeQuery("""
          SELECT a.path, b.path FROM Refs JOIN ValidPaths a ON a.id = referrer JOIN ValidPaths b ON b.id = reference""")) {
        assertThat(references.next()).isTrue();
        assertThat(references.getString(1)).isEqualTo(item("a").fileName());
        assertThat(references.getString(2)).isEqualTo(item("b").fileName());
      }
    }
  }

  @Test
  void one_that_a_newer_carrel_made_is_not_touched() throws Exception {
    change("PRAGMA user_version = 99");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> Samples.store(directory).isValid(item("a")))
        .withMessageContaining("a newer Carrel made it").withMessageContaining("99").withMessageContaining("CARREL_STORE");
  }

  @Test
  void one_of_the_first_version_is_brought_up_to_date() throws Exception {
    change("ALTER TABLE ValidPaths DROP COLUMN version");
    change("PRAGMA user_version = 1");

    assertThat(Samples.store(directory).closure(item("a")).requisites()).contains(item("b"));
  }

  @Test
  void a_damaged_one_is_told_with_what_to_do() throws Exception {
    Files.writeString(file, "no database at all");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> Samples.store(directory).isValid(item("a")))
        .withMessageContaining(file.toString()).withMessageContaining("it is damaged").withMessageContaining("carrel store verify --repair");
  }

  @Test
  void a_writer_that_never_ends_is_told() throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file); Statement sql = other.createStatement()) {
      sql.executeUpdate("BEGIN EXCLUSIVE");
      try (Database impatient = Database.open(file, 50)) {
        assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> impatient.register(List.of(), 0, registered -> {}))
            .withMessageContaining("another process has been writing");
      }
    }
  }

  @Test
  void the_log_of_a_killed_process_is_taken_over() throws Exception {
    Database killed = Database.open(file, 1000); // never closed: its log stays
    killed.register(List.of(new Database.Entry(item("c"), "sha256:0", 0, List.of())), 0, registered -> {});
    assertThat(Files.size(file.resolveSibling("carrel.sqlite-wal"))).isPositive();

    try (Database next = Database.open(file, 1000)) {
      assertThat(next.isValid(item("c"))).isTrue();
    }
  }

  @Test
  void what_fails_while_items_are_placed_leaves_none_registered() {
    try (Database database = Database.open(file, 1000)) {
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> database.register(
          List.of(new Database.Entry(item("c"), "sha256:0", 0, List.of())), 0, registered -> {
            throw new IOException("no");
          }));
      assertThat(database.isValid(item("c"))).isFalse();
    }
  }
}
