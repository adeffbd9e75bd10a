package dev.carrel.it;

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

/**
 * A store of Nix's or Guix's below a directory: real items that need each other, and a database of the schema that both have.
 *
 * @param kind {@code nix} or {@code guix}
 */
record HostStoreSample(String kind, Path root) {
  private static final String LETTERS = "0123456789abcdfghijklmnpqrsvwxyz";

  static HostStoreSample of(String kind, Path root) throws IOException, SQLException {
    HostStoreSample store = new HostStoreSample(kind, root);
    Files.createDirectories(store.onHost(store.items()));
    Files.createDirectories(store.state().resolve("db"));
    Files.createDirectories(store.roots());
    try (Connection connection = store.open(); Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA journal_mode = WAL");
      statement.executeUpdate("CREATE TABLE ValidPaths (id integer primary key autoincrement not null, path text unique not null,"
          + " hash text not null, registrationTime integer not null, deriver text, narSize integer)");
      statement.executeUpdate("CREATE TABLE Refs (referrer integer not null, reference integer not null,"
          + " primary key (referrer, reference))");
    }
    return store;
  }

  Path items() {
    return Path.of(kind.equals("nix") ? "/nix/store" : "/gnu/store");
  }

  Path state() {
    return root.resolve(kind.equals("nix") ? "nix/var/nix" : "var/guix");
  }

  Path roots() {
    return state().resolve("gcroots/auto");
  }

  Path onHost(Path logical) {
    return root.resolve(logical.toString().substring(1));
  }

  /** As a process that writes to it; to be closed. */
  Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + state().resolve("db/db.sqlite"));
  }

  /** {@code carrel WORDS} with this store. */
  Carrel using(Carrel carrel) {
    return carrel.withVariable(kind.equals("nix") ? "CARREL_NIX_ROOT" : "CARREL_GUIX_ROOT", root.toString());
  }

  /** A script that prints what is in the greeting that it needs. */
  Path addHello(Connection connection) throws IOException, SQLException {
    Path greeting = add(connection, "greeting-1.0", List.of());
    Files.writeString(onHost(greeting), "hello from " + kind + "\n");
    Path hello = add(connection, "hello-1.0", List.of(greeting));
    program(hello, "hello", "read line < " + greeting + "; echo \"$line\"");
    return hello;
  }

  void program(Path item, String name, String script) throws IOException {
    Path program = Files.createDirectories(onHost(item).resolve("bin")).resolve(name);
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("r-xr-xr-x"));
  }

  /** Registers an item. */
  Path add(Connection connection, String name, List<Path> references) throws SQLException {
    StringBuilder hash = new StringBuilder();
    long seed = name.hashCode() * 0x9E3779B97F4A7C15L;
    for (int i = 0; i < 32; i++) {
      seed = seed * 6364136223846793005L + 1442695040888963407L;
      hash.append(LETTERS.charAt((int) (seed >>> 59)));
    }
    Path item = items().resolve(hash + "-" + name);
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
}
