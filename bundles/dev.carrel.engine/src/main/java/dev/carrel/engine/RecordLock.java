package dev.carrel.engine;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Who changes a container by what its record says waits for others who do. What is killed meanwhile leaves no lock behind. */
final class RecordLock {
  private static final String FILE = "lock";
  private static final long PAUSE_MILLIS = 2;

  /** What is done while nobody else changes it. */
  interface Change {
    void make() throws IOException;
  }

  private RecordLock() {}

  /** @throws IOException if there is no such directory any more, or the change throws that */
  static void hold(Path directory, Change change) throws IOException {
    try (FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (!acquired(channel)) {
        pause();
      }
      change.make();
    }
  }

  /**
   * The same, unless somebody has the lock: then nothing is done.
   *
   * @throws IOException as that does
   */
  static void holdIfFree(Path directory, Change change) throws IOException {
    try (FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (acquired(channel)) {
        change.make();
      }
    }
  }

  private static boolean acquired(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another command that this resident runtime does
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while another process had the lock");
    }
  }
}
