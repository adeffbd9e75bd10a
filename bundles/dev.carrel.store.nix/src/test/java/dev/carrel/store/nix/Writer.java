package dev.carrel.store.nix;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** Another process that writes to a store all the time: it opens the database, commits pairs of items, and closes it again. */
final class Writer {
  private Writer() {}

  static Process start(Place place, String journal, int seconds) throws IOException {
    return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp", System.getProperty("java.class.path"),
        Writer.class.getName(), place.root().toString(), journal, Integer.toString(seconds)).inheritIO().start();
  }

  public static void main(String[] arguments) throws Exception {
    SampleStore store = new SampleStore(Place.nix(arguments[0], Map.of()));
    long end = System.nanoTime() + Long.parseLong(arguments[2]) * 1_000_000_000;
    int next = 0;
    while (System.nanoTime() < end) {
      try (Connection connection = store.open(); Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 10000");
        statement.executeQuery("PRAGMA journal_mode = " + arguments[1]).close();
        connection.setAutoCommit(false);
        for (int i = 0; i < 20; i++, next++) {
          store.register(connection, "left-" + next, List.of());
          statement.executeUpdate("UPDATE ValidPaths SET registrationTime = registrationTime + 1 WHERE id % 7 = 0");
          store.register(connection, "right-" + next, List.of());
          connection.commit();
        }
      }
      Thread.sleep(next % 3 * 30); // at times there is no writer
    }
  }
}
