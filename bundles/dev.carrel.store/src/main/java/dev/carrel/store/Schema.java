package dev.carrel.store;

import dev.carrel.api.CarrelException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The database's tables, which a newer version of Carrel may extend and an older one must not touch. */
record Schema(Connection connection, Path file, int version) {
  /**
   * Makes the tables, or brings those of an older version up to date.
   *
   * @throws CarrelException if a newer version made them
   */
  void migrate() throws SQLException {
    int found = found();
    if (found > version) {
      throw CarrelException.failed("cannot use the store's database " + file + ": a newer Carrel made it (its version is " + found
          + ", this one knows " + version + "). Use that Carrel, or set " + Location.NAME + " to another directory");
    }
    if (found == version) {
      return;
    }
    try (Transaction transaction = new Transaction(connection); Statement statement = connection.createStatement()) {
      int now = found(); // asked again: another process may have been faster
      if (now == 0) {
        create(statement);
      } else if (now == 1) {
        statement.executeUpdate("ALTER TABLE ValidPaths ADD COLUMN version TEXT");
      }
      statement.executeUpdate("PRAGMA user_version = " + version);
      transaction.commit();
    }
  }

  private static void create(Statement statement) throws SQLException {
    statement.executeUpdate("""
        CREATE TABLE ValidPaths (
          id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
          path TEXT UNIQUE NOT NULL,
          hash TEXT NOT NULL,
          registrationTime INTEGER NOT NULL,
          deriver TEXT,
          narSize INTEGER,
          version TEXT)""");
    statement.executeUpdate("""
        CREATE TABLE Refs (
          referrer INTEGER NOT NULL,
          reference INTEGER NOT NULL,
          PRIMARY KEY (referrer, reference),
          FOREIGN KEY (referrer) REFERENCES ValidPaths(id) ON DELETE CASCADE,
          FOREIGN KEY (reference) REFERENCES ValidPaths(id) ON DELETE RESTRICT)""");
    statement.executeUpdate("CREATE INDEX IndexReferrer ON Refs(referrer)");
    statement.executeUpdate("CREATE INDEX IndexReference ON Refs(reference)");
  }

  private int found() throws SQLException {
    try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery("PRAGMA user_version")) {
      return result.next() ? result.getInt(1) : 0;
    }
  }
}
