package dev.carrel.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file system to fill. Only root may. */
record Tmpfs(Path directory) implements AutoCloseable {
  static boolean isPossible() {
    if (Samples.host().account().uid() != 0) {
      return false;
    }
    try {
      Path trial = Files.createTempDirectory("carrel-tmpfs");
      try (Tmpfs mounted = on(trial, "size=64k")) {
        return true;
      } finally {
        Files.delete(trial);
      }
    } catch (IOException e) {
      return false;
    }
  }

  static Tmpfs on(Path directory, String options) throws IOException {
    run("mount", "-t", "tmpfs", "-o", options, "carrel-test", directory.toString());
    return new Tmpfs(directory);
  }

  static void readOnly(Path directory) throws IOException {
    run("mount", "-o", "remount,ro", directory.toString());
  }

  @Override
  public void close() throws IOException {
    run("umount", "-l", directory.toString());
  }

  private static void run(String... command) throws IOException {
    try {
      if (new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
