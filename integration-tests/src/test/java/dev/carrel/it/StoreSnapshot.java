package dev.carrel.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A store that is made once by a command line, and is again as it was then for each test that changes it. At the same place, as a store knows where it is. */
final class StoreSnapshot implements AutoCloseable {
  private final Path directory = Files.createTempDirectory("carrel-it-snapshot");

  /** @param words of the command line that makes it */
  StoreSnapshot(String... words) throws IOException {
    Carrel.command(words).withVariable("CARREL_STORE", store().toString()).withVariable("CARREL_STATE", directory.resolve("state").toString()).says();
    Host.says("cp", "-a", store().toString(), original().toString());
  }

  /** For {@code CARREL_STORE}. */
  Path store() {
    return directory.resolve("store");
  }

  private Path original() {
    return directory.resolve("original");
  }

  /** Whatever was done to it, and beside it, is undone. */
  void restore() throws IOException {
    removeAllBut(original());
    Host.says("cp", "-a", original().toString(), store().toString());
  }

  private void removeAllBut(Path kept) throws IOException {
    try (var entries = Files.list(directory)) {
      for (Path entry : entries.filter(entry -> !entry.equals(kept)).toList()) {
        Trees.delete(entry);
      }
    }
  }

  @Override
  public void close() throws IOException {
    Trees.delete(directory);
  }
}
