package dev.carrel.store.nix;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** What a database tells of items, whose paths are logical ones. */
record Catalog(Connection connection, Place place) {
  /** Behind the directory: a slash, the hash, a dash, and SQLite counts from 1. */
  private static final int BEFORE_NAME = 1 + 32 + 1 + 1;

  /** Of these, which are valid. */
  List<Path> valid(Collection<Path> items) throws SQLException {
    List<Path> valid = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM ValidPaths WHERE path = ?")) {
      for (Path item : items) {
        query.setString(1, item.toString());
        try (ResultSet result = query.executeQuery()) {
          if (result.next()) {
            valid.add(item);
          }
        }
      }
    }
    return valid;
  }

  /** These and all that they refer to, directly or not, in the order of their paths. */
  List<Path> closure(Collection<Path> items) throws SQLException {
    StringBuilder marks = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      marks.append(i == 0 ? "?" : ",?");
    }
    try (PreparedStatement query = connection.prepareStatement("""
        WITH RECURSIVE closure(id) AS (
          SELECT id FROM ValidPaths WHERE path IN (%s)
          UNION
          SELECT reference FROM Refs JOIN closure ON referrer = closure.id)
        SELECT group_concat(path, char(10)) FROM ValidPaths JOIN closure USING (id)""".formatted(marks))) {
      int at = 1;
      for (Path item : items) {
        query.setString(at++, item.toString());
      }
      List<Path> closure = paths(query);
      Collections.sort(closure);
      return closure;
    }
  }

  /** Those whose name begins with one of these, the hash before it left out; the newest first. */
  List<Path> beginningWith(String... names) throws SQLException {
    StringBuilder conditions = new StringBuilder();
    for (int i = 0; i < names.length; i++) {
      conditions.append(i == 0 ? "" : " OR ").append("substr(path, ?, ?) = ?");
    }
    try (PreparedStatement query = connection.prepareStatement(
        "SELECT group_concat(path, char(10)) FROM (SELECT path FROM ValidPaths WHERE " + conditions + " ORDER BY id DESC)")) {
      for (int i = 0; i < names.length; i++) {
        query.setInt(3 * i + 1, place.items().toString().length() + BEFORE_NAME);
        query.setInt(3 * i + 2, names[i].length());
        query.setString(3 * i + 3, names[i]);
      }
      return paths(query);
    }
  }

  /** The paths of one row, a line each: to fetch thousands of rows one by one takes longer than to find them. */
  private List<Path> paths(PreparedStatement query) throws SQLException {
    List<Path> paths = new ArrayList<>();
    try (ResultSet result = query.executeQuery()) {
      String lines = result.next() ? result.getString(1) : null;
      int from = 0;
      while (lines != null && from < lines.length()) {
        int end = lines.indexOf('\n', from);
        int to = end < 0 ? lines.length() : end;
        paths.add(item(lines.substring(from, to)));
        from = to + 1;
      }
    }
    return paths;
  }

  private Path item(String path) throws SQLException {
    String items = place.items().toString();
    boolean below = path.startsWith(items) && path.length() > items.length() + 1 && path.lastIndexOf('/') == items.length();
    if (!below || path.endsWith("/.") || path.endsWith("/..") || path.indexOf('\0') >= 0) {
      throw new SQLException("the valid path " + path + " is not in " + items, "", 1);
    }
    return Path.of(path);
  }
}
