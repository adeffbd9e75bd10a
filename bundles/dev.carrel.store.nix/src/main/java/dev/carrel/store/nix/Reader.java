package dev.carrel.store.nix;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Reads a database that others write to, without writing anything beside it, also where the caller may not. There are three ways,
 * and the files tell which one is right:
 *
 * <ul>
 *   <li>Without a log, all that was committed is in the database itself. SQLite would have to make a log to read it as what it is;
 *       it is read as a file that never changes ({@code immutable=1}), and if it has changed meanwhile, the answer does not count
 *       and is asked for again.
 *   <li>With a log, and the index that its writers share, SQLite reads both as one of many readers ({@code readonly_shm=1}); its
 *       locks keep what it reads from being overwritten. If all writers are gone it makes an index of its own in memory.
 *   <li>With a log that has no index, or the journal of a writer that died, a private copy is made; it is whole if nothing has
 *       changed while it was made, and SQLite recovers it as it would the original.
 * </ul>
 */
final class Reader {
  private static final int BUSY = 5;
  private static final int LOCKED = 6;
  private static final int READ_ONLY = 8;
  private static final int IO_ERROR = 10;
  private static final int CANNOT_OPEN = 14;
  private static final int PROTOCOL = 15;
  private static final long LONGEST_PAUSE = 50; // milliseconds

  private final Place place;
  private final long patience;

  /** A question to the database. */
  @FunctionalInterface
  interface Question<T> {
    T ask(Connection connection) throws SQLException;
  }

  /** @param patience how long to try while others write, in milliseconds */
  Reader(Place place, long patience) {
    this.place = place;
    this.patience = patience;
  }

  /**
   * Asks something; all that one question reads is of one moment.
   *
   * @throws CarrelException if there is no such store, or its database cannot be read
   */
  <T> T read(Question<T> question) {
    long deadline = System.nanoTime() + patience * 1_000_000;
    Path file = place.database();
    SQLException last = null;
    try {
      for (long pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
        try {
          Optional<T> answer = attempt(file, question, last);
          if (answer.isPresent()) {
            return answer.get();
          }
        } catch (SQLException e) {
          if (!mayPass(e)) {
            throw new DatabaseFailure(place).of(e);
          }
          last = e;
        }
        if (System.nanoTime() >= deadline) {
          throw new DatabaseFailure(place).busy(patience, last);
        }
        Thread.sleep(pause);
      }
    } catch (IOException e) {
      throw new DatabaseFailure(place).of(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CarrelException.failed("interrupted while reading the database of " + place.title() + " " + file);
    }
  }

  /** One attempt; nothing if somebody wrote meanwhile. */
  private <T> Optional<T> attempt(Path file, Question<T> question, SQLException last)
      throws IOException, SQLException, InterruptedException {
    DatabaseFiles before = DatabaseFiles.now(file);
    if (before.main().inode() == 0) {
      throw new DatabaseFailure(place).missing();
    }
    if (!Files.isReadable(file)) {
      throw new AccessDeniedException(file.toString()); // SQLite says only that it cannot open it, which may pass
    }
    if (before.hasLog() && before.hasIndex() && !before.hasJournal() && !refused(last)) {
      return Optional.of(ask(file, "mode=ro&readonly_shm=1", question));
    }
    before.settle();
    try {
      Optional<T> answer = before.hasLog() || before.hasJournal() ? copied(before, question) : Optional.of(ask(file, "immutable=1", question));
      return DatabaseFiles.now(file).equals(before) ? answer : Optional.empty();
    } catch (SQLException | CarrelException e) {
      if (DatabaseFiles.now(file).equals(before)) {
        throw e;
      }
      return Optional.empty(); // of half a change
    }
  }

  /** Whether SQLite could not do with an index that it may not write. */
  private static boolean refused(SQLException last) {
    return last != null && ((last.getErrorCode() & 0xff) == READ_ONLY || (last.getErrorCode() & 0xff) == CANNOT_OPEN);
  }

  private static boolean mayPass(SQLException e) {
    return switch (e.getErrorCode() & 0xff) {
      // A writer that ends takes log and index away while they are being opened.
      case BUSY, LOCKED, READ_ONLY, CANNOT_OPEN, IO_ERROR, PROTOCOL -> true;
      default -> false;
    };
  }

  private <T> Optional<T> copied(DatabaseFiles original, Question<T> question) throws IOException, SQLException {
    Path directory = Files.createTempDirectory("carrel-" + place.name()); // nobody else's
    Path copy = directory.resolve("db.sqlite");
    try {
      for (String suffix : new String[] {"-wal", "-journal", ""}) {
        Path part = DatabaseFiles.beside(original.file(), suffix);
        if (Files.exists(part)) {
          Files.copy(part, DatabaseFiles.beside(copy, suffix));
        }
      }
      return DatabaseFiles.now(original.file()).equals(original) ? Optional.of(ask(copy, "mode=rw", question)) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty(); // its writer has just ended
    } finally {
      for (String suffix : new String[] {"-wal", "-shm", "-journal", ""}) {
        Files.deleteIfExists(DatabaseFiles.beside(copy, suffix));
      }
      Files.delete(directory);
    }
  }

  private <T> T ask(Path file, String options, Question<T> question) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout((int) Math.min(patience, Integer.MAX_VALUE));
    if (!options.equals("mode=rw")) {
      config.setReadOnly(true);
    }
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:file:" + file.toUri().getRawPath() + "?" + options);
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false); // one transaction: what it reads is of one moment
      T answer = question.ask(connection);
      connection.rollback();
      return answer;
    }
  }
}
