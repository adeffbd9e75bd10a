package dev.carrel.store;

import java.sql.Connection;
import java.sql.SQLException;

/** Everything that is done until {@link #commit}, or, closed without it, nothing. */
final class Transaction implements AutoCloseable {
  private final Connection connection;
  private boolean committed;

  /** Begins one; waits for others' writing as long as the connection was told to. */
  Transaction(Connection connection) throws SQLException {
    this.connection = connection;
    connection.setAutoCommit(false);
  }

  void commit() throws SQLException {
    connection.commit();
    committed = true;
  }

  @Override
  public void close() throws SQLException {
    try {
      if (!committed) {
        connection.rollback(); // fails where SQLite has done so itself, as on a full disk: lang_transaction.html
      }
    } finally {
      connection.setAutoCommit(true);
    }
  }
}
