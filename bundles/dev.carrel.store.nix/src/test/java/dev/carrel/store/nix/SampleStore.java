package dev.carrel.store.nix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A store of real directories below a directory of a test's, with a database of the schema that Nix and Guix have in common. */
record SampleStore(Place place) {
  private static final String LETTERS = "0123456789abcdfghijklmnpqrsvwxyz";

  /** Nix's or Guix's, by its place. */
  static SampleStore at(Place place) throws IOException, SQLException {
    Files.createDirectories(place.onHost(place.items()));
    Files.createDirectories(place.database().getParent());
    Files.createDirectories(place.onHost(place.state().resolve("gcroots/auto")));
    SampleStore store = new SampleStore(place);
    try (Connection connection = store.open(); Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA journal_mode = WAL");
      // Guix: nix/libstore/schema.sql. Nix's has more columns behind these.
      statement.executeUpdate("CREATE TABLE ValidPaths (id integer primary key autoincrement not null, path text unique not null,"
          + " hash text not null, registrationTime integer not null, deriver text, narSize integer)");
      statement.executeUpdate("CREATE TABLE Refs (referrer integer not null, reference integer not null,"
          + " primary key (referrer, reference), foreign key (referrer) references ValidPaths(id) on delete cascade,"
          + " foreign key (reference) references ValidPaths(id) on delete restrict)");
      statement.executeUpdate("CREATE INDEX IndexReferrer on Refs(referrer)");
      statement.executeUpdate("CREATE INDEX IndexReference on Refs(reference)");
    }
    return store;
  }

  /** As a process that writes to it; to be closed. */
  Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + place.database());
  }

  /** Adds an item with a program in it, {@code bin/NAME}; nothing has the same hash. */
  Path add(String name, Path... references) throws IOException, SQLException {
    try (Connection connection = open()) {
      Path item = register(connection, name, List.of(references));
      Path program = Files.createDirectories(place.onHost(item).resolve("bin")).resolve(ItemName.of(item).orElseThrow().name());
      Files.writeString(program, "#!/bin/sh\necho " + name + "\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
      return item;
    }
  }

  /** Tells the database alone of an item. */
  Path register(Connection connection, String name, List<Path> references) throws SQLException {
    Path item = place.items().resolve(hash(name + references) + "-" + name);
    try (PreparedStatement path = connection.prepareStatement(
            "INSERT INTO ValidPaths (path, hash, registrationTime, narSize) VALUES (?, 'sha256:0', 1, 100)");
        PreparedStatement reference = connection.prepareStatement(
            "INSERT INTO Refs SELECT a.id, b.id FROM ValidPaths a, ValidPaths b WHERE a.path = ? AND b.path = ?")) {
      path.setString(1, item.toString());
      path.executeUpdate();
      for (Path needed : references) {
        reference.setString(1, item.toString());
        reference.setString(2, needed.toString());
        reference.executeUpdate();
      }
    }
    return item;
  }

  /** In the alphabet of Nix's hashes. */
  static String hash(String text) {
    StringBuilder hash = new StringBuilder();
    long state = text.hashCode() * 0x9E3779B97F4A7C15L + text.length();
    for (int i = 0; i < 32; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      hash.append(LETTERS.charAt((int) (state >>> 59)));
    }
    return hash.toString();
  }
}
