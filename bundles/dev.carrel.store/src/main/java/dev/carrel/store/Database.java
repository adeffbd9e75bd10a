package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Which items are valid and what they refer to. Tables are named and shaped as Nix's and Guix's (schema.sql of either), so
 * that one query finds closures in all three stores.
 */
final class Database implements AutoCloseable {
  private static final int VERSION = 1;
  private static final int BUSY_TIMEOUT = 30_000; // milliseconds

  private final Connection connection;

  /** A new item. */
  record Entry(StorePath item, String hash, long size, Collection<StorePath> references) {}

  private Database(Connection connection) {
    this.connection = connection;
  }

  static Database open(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout(BUSY_TIMEOUT);
    config.enforceForeignKeys(true);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    try {
      Database database = new Database(source.getConnection());
      database.migrate(file);
      return database;
    } catch (SQLException e) {
      throw CarrelException.failed("cannot open the store's database " + file + ": " + e.getMessage(), e);
    }
  }

  private void migrate(Path file) throws SQLException {
    int version = number("PRAGMA user_version");
    if (version > VERSION) {
      connection.close();
      throw CarrelException.failed("cannot use the store's database " + file + ": a newer Carrel made it (version " + version
          + ", this one knows " + VERSION + "). Use that Carrel, or set CARREL_STORE to another directory");
    }
    if (version == VERSION) {
      return;
    }
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("""
          CREATE TABLE IF NOT EXISTS ValidPaths (
            id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            path TEXT UNIQUE NOT NULL,
            hash TEXT NOT NULL,
            registrationTime INTEGER NOT NULL,
            deriver TEXT,
            narSize INTEGER)""");
      statement.executeUpdate("""
          CREATE TABLE IF NOT EXISTS Refs (
            referrer INTEGER NOT NULL,
            reference INTEGER NOT NULL,
            PRIMARY KEY (referrer, reference),
            FOREIGN KEY (referrer) REFERENCES ValidPaths(id) ON DELETE CASCADE,
            FOREIGN KEY (reference) REFERENCES ValidPaths(id) ON DELETE RESTRICT)""");
      statement.executeUpdate("CREATE INDEX IF NOT EXISTS IndexReferrer ON Refs(referrer)");
      statement.executeUpdate("CREATE INDEX IF NOT EXISTS IndexReference ON Refs(reference)");
      statement.executeUpdate("PRAGMA user_version = " + VERSION);
      connection.commit();
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private int number(String query) throws SQLException {
    try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
      return result.next() ? result.getInt(1) : 0;
    }
  }

  synchronized boolean isValid(StorePath item) {
    try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM ValidPaths WHERE path = ?")) {
      query.setString(1, item.fileName());
      try (ResultSet result = query.executeQuery()) {
        return result.next();
      }
    } catch (SQLException e) {
      throw failure("look up " + item, e);
    }
  }

  synchronized int count() {
    try {
      return number("SELECT count(*) FROM ValidPaths");
    } catch (SQLException e) {
      throw failure("count the items", e);
    }
  }

  /** Makes items valid, all of them or none. They may refer to each other in circles. */
  synchronized void register(List<Entry> entries, long time) {
    try {
      connection.setAutoCommit(false);
      try (PreparedStatement path = connection.prepareStatement(
              "INSERT INTO ValidPaths (path, hash, registrationTime, narSize) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO NOTHING");
          PreparedStatement reference = connection.prepareStatement("""
              INSERT OR IGNORE INTO Refs (referrer, reference) VALUES (
                (SELECT id FROM ValidPaths WHERE path = ?), (SELECT id FROM ValidPaths WHERE path = ?))""")) {
        for (Entry entry : entries) {
          path.setString(1, entry.item().fileName());
          path.setString(2, entry.hash());
          path.setLong(3, time);
          path.setLong(4, entry.size());
          path.executeUpdate();
        }
        for (Entry entry : entries) {
          for (StorePath needed : entry.references()) {
            reference.setString(1, entry.item().fileName());
            reference.setString(2, needed.fileName());
            reference.addBatch();
          }
        }
        reference.executeBatch();
        connection.commit();
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw failure("register " + entries.size() + " items", e);
    }
  }

  synchronized List<StorePath> closure(StorePath item) {
    List<StorePath> closure = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement("""
        WITH RECURSIVE closure(id) AS (
          SELECT id FROM ValidPaths WHERE path = ?
          UNION
          SELECT reference FROM Refs JOIN closure ON referrer = closure.id)
        SELECT path FROM ValidPaths JOIN closure USING (id) ORDER BY path""")) {
      query.setString(1, item.fileName());
      try (ResultSet result = query.executeQuery()) {
        while (result.next()) {
          closure.add(parse(result.getString(1)));
        }
      }
    } catch (SQLException e) {
      throw failure("compute the closure of " + item, e);
    }
    if (closure.isEmpty()) {
      throw CarrelException.failed("cannot compute the closure of " + item + ": it is not in the store");
    }
    return closure;
  }

  /** An item's name cannot be told from its version any more; together they name the same directory. */
  static StorePath parse(String fileName) {
    return new StorePath(fileName.substring(0, 32), fileName.substring(33), "");
  }

  private static CarrelException failure(String attempt, SQLException e) {
    return CarrelException.failed("cannot " + attempt + " in the store's database: " + e.getMessage(), e);
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure("finish", e);
    }
  }
}
