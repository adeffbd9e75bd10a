package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Which items are valid and what they refer to. Tables are named and shaped as Nix's and Guix's (schema.sql of either), so
 * that one query finds closures in all three stores; {@code version} is Carrel's own.
 */
final class Database implements AutoCloseable {
  /** How long another process may write before this one gives up, in milliseconds. */
  static final int PATIENCE = 60_000;
  private static final int VERSION = 2;

  private final Path file;
  private final Connection connection;

  /**
   * A new item.
   *
   * @param hash algorithm and hash of its content
   * @param size of its NAR serialization in bytes
   */
  record Entry(StorePath item, String hash, long size, Collection<StorePath> references) {}

  /**
   * A valid item.
   *
   * @param time when it was registered, in seconds since 1970
   * @param references the names of what it refers to directly, itself not among them
   */
  record Row(StorePath item, String hash, long time, long size, List<String> references) {
    /** What unions consist of comes before them. */
    static final Comparator<Row> UNIONS_LAST = Comparator.comparing(row -> !Nar.isHash(row.hash()));
  }

  /** Puts items in their places; the database cannot be written by anybody else meanwhile. */
  interface Placing {
    /**
     * Puts them.
     *
     * @param registered those that were registered before
     */
    void place(Set<StorePath> registered) throws IOException;
  }

  private Database(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /**
   * Opens the database, or makes it. Only one process at a time may do that, and may do nothing else then: SQLite does not
   * wait for those who turn write-ahead logging on.
   *
   * @param patience how long to wait for others' writing, in milliseconds
   */
  static Database open(Path file, int patience) {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(patience);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // A registered item survives a loss of power: environments/ may lead to it without asking the database.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    try {
      Database database = new Database(file, connect(config, file));
      try {
        new Schema(database.connection, file, VERSION).migrate();
        return database;
      } catch (SQLException | RuntimeException e) {
        database.connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new DatabaseFailure(file).of("open the store's database", e);
    }
  }

  /** How many items are valid; makes nothing. */
  static int count(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    try (Connection connection = connect(config, file);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT count(*) FROM ValidPaths")) {
      return result.next() ? result.getInt(1) : 0;
    } catch (SQLException e) {
      throw new DatabaseFailure(file).of("count the items in the store's database", e);
    }
  }

  private static Connection connect(SQLiteConfig config, Path file) throws SQLException {
    SQLiteDataSource source = new SQLiteDataSource(config);
    // Percent-encoded (SQLite, uri.html): sqlite-jdbc takes what follows a ? in a plain name for options.
    source.setUrl("jdbc:sqlite:file:" + file.toUri().getRawPath());
    return source.getConnection();
  }

  synchronized boolean isValid(StorePath item) {
    try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM ValidPaths WHERE path = ?")) {
      return isRegistered(query, item);
    } catch (SQLException e) {
      throw failure("look up " + item, e);
    }
  }

  private static boolean isRegistered(PreparedStatement query, StorePath item) throws SQLException {
    query.setString(1, item.fileName());
    try (ResultSet result = query.executeQuery()) {
      return result.next();
    }
  }

  /**
   * Makes items valid, all of them or none. They may refer to each other in circles.
   *
   * @param time now, in seconds since 1970
   * @param placing called within the transaction
   * @throws CarrelException if an item needs another that is not valid, or the database cannot be written
   */
  synchronized void register(List<Entry> entries, long time, Placing placing) throws IOException {
    String attempt = "register " + entries.size() + (entries.size() == 1 ? " item" : " items");
    try (Transaction transaction = new Transaction(connection)) {
      Set<StorePath> registered = registered(entries);
      insert(entries, time);
      refer(entries);
      placing.place(registered);
      transaction.commit();
    } catch (SQLException e) {
      throw failure(attempt, e);
    }
  }

  private Set<StorePath> registered(List<Entry> entries) throws SQLException {
    Set<StorePath> registered = new HashSet<>();
    try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM ValidPaths WHERE path = ?")) {
      for (Entry entry : entries) {
        if (isRegistered(query, entry.item())) {
          registered.add(entry.item());
        }
      }
    }
    return registered;
  }

  private void insert(List<Entry> entries, long time) throws SQLException {
    // An item whose directory somebody removed is made again under its old row, others' references to which stay.
    try (PreparedStatement insert = connection.prepareStatement("""
        INSERT INTO ValidPaths (path, version, hash, registrationTime, narSize) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (path) DO UPDATE SET hash = excluded.hash, narSize = excluded.narSize""")) {
      for (Entry entry : entries) {
        insert.setString(1, entry.item().fileName());
        insert.setString(2, entry.item().version());
        insert.setString(3, entry.hash());
        insert.setLong(4, time);
        insert.setLong(5, entry.size());
        insert.executeUpdate();
      }
    }
  }

  private void refer(List<Entry> entries) throws SQLException {
    try (PreparedStatement known = connection.prepareStatement("SELECT 1 FROM ValidPaths WHERE path = ?");
        PreparedStatement reference = connection.prepareStatement("""
            INSERT OR IGNORE INTO Refs (referrer, reference)
            SELECT a.id, b.id FROM ValidPaths a, ValidPaths b WHERE a.path = ? AND b.path = ?""")) {
      for (Entry entry : entries) {
        for (StorePath needed : entry.references()) {
          if (!isRegistered(known, needed)) {
            throw CarrelException.failed("cannot add " + entry.item() + " to the store: it needs " + needed
                + ", which is not there. Add both together");
          }
          reference.setString(1, entry.item().fileName());
          reference.setString(2, needed.fileName());
          reference.executeUpdate();
        }
      }
    }
  }

  /** The item and what it refers to, directly or not, in the order of their names; nothing if it is not valid. */
  synchronized List<StorePath> closure(StorePath item) {
    List<StorePath> closure = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement("""
        WITH RECURSIVE closure(id) AS (
          SELECT id FROM ValidPaths WHERE path = ?
          UNION
          SELECT reference FROM Refs JOIN closure ON referrer = closure.id)
        SELECT group_concat(path || coalesce(char(9) || version, ''), char(10))
        FROM (SELECT path, version FROM ValidPaths JOIN closure USING (id) ORDER BY path)""")) {
      query.setString(1, item.fileName());
      try (ResultSet result = query.executeQuery()) {
        String all = result.next() ? result.getString(1) : null; // one text: to fetch each of thousands costs more than to find them
        for (String line : all == null ? new String[0] : all.split("\n")) {
          int tab = line.indexOf('\t');
          closure.add(tab < 0 ? ItemName.parse(line) : ItemName.parse(line.substring(0, tab), line.substring(tab + 1)));
        }
      }
    } catch (SQLException e) {
      throw failure("compute the closure of " + item, e);
    }
    return closure;
  }

  /** @throws CarrelException if it is damaged */
  synchronized void check() {
    try (Statement query = connection.createStatement(); ResultSet result = query.executeQuery("PRAGMA integrity_check(1)")) {
      if (!result.next() || !result.getString(1).equals("ok")) {
        throw new SQLException(result.getString(1), "", DatabaseFailure.CORRUPT);
      }
    } catch (SQLException e) {
      throw failure("look for damage", e);
    }
  }

  /** All valid items, and for each what it refers to directly. */
  synchronized Map<String, Row> rows() {
    Map<String, Row> rows = new HashMap<>();
    try (Transaction snapshot = new Transaction(connection); Statement query = connection.createStatement()) {
      Map<Long, Row> byId = new HashMap<>();
      try (ResultSet result = query.executeQuery("SELECT id, path, version, hash, registrationTime, narSize FROM ValidPaths")) {
        while (result.next()) {
          String version = result.getString(3);
          StorePath item = version == null ? ItemName.parse(result.getString(2)) : ItemName.parse(result.getString(2), version);
          Row row = new Row(item, result.getString(4), result.getLong(5), result.getLong(6), new ArrayList<>());
          rows.put(item.fileName(), row);
          byId.put(result.getLong(1), row);
        }
      }
      try (ResultSet result = query.executeQuery("SELECT referrer, reference FROM Refs WHERE referrer != reference")) {
        while (result.next()) {
          byId.get(result.getLong(1)).references().add(byId.get(result.getLong(2)).item().fileName());
        }
      }
    } catch (SQLException e) {
      throw failure("list the items", e);
    }
    return rows;
  }

  /** Valid items whose directories' names have a word in them; it may be their name, a part of it, or of the digest. */
  synchronized List<StorePath> like(String word) {
    List<StorePath> found = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement("SELECT path, version FROM ValidPaths WHERE instr(path, ?) ORDER BY path")) {
      query.setString(1, word);
      try (ResultSet result = query.executeQuery()) {
        while (result.next()) {
          String version = result.getString(2);
          found.add(version == null ? ItemName.parse(result.getString(1)) : ItemName.parse(result.getString(1), version));
        }
      }
    } catch (SQLException e) {
      throw failure("look up " + word, e);
    }
    return found;
  }

  /** Items are not valid any more, all of them at once. What refers to them has to be among them. */
  synchronized void forget(Collection<StorePath> items) {
    try (Transaction transaction = new Transaction(connection);
        PreparedStatement references = connection.prepareStatement(
            "DELETE FROM Refs WHERE referrer = (SELECT id FROM ValidPaths WHERE path = ?)");
        PreparedStatement paths = connection.prepareStatement("DELETE FROM ValidPaths WHERE path = ?")) {
      for (PreparedStatement delete : List.of(references, paths)) {
        for (StorePath item : items) {
          delete.setString(1, item.fileName());
          delete.executeUpdate();
        }
      }
      transaction.commit();
    } catch (SQLException e) {
      throw failure("remove " + items.size() + " items", e);
    }
  }

  private CarrelException failure(String attempt, SQLException e) {
    return new DatabaseFailure(file).of(attempt + " in the store's database", e);
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
