package dev.carrel.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Places to build in, each with a lock file beside it that its builder holds. A place whose lock is free is what a killed
 * process left. Locks and not process ids tell that: a store may be used from several pid namespaces.
 */
final class Staging {
  private static final String LOCK = ".lock";

  private final Path directory;
  private final Path gate;
  private final String own;

  /**
   * In a store.
   *
   * @param gate a lock file; who holds it may make or remove places
   */
  Staging(Path directory, Path gate) {
    this.directory = directory;
    this.gate = gate;
    this.own = processName();
  }

  /** How the names of this JVM's own places begin. */
  static String processName() {
    ProcessHandle me = ProcessHandle.current();
    return me.pid() + "-" + me.info().startInstant().map(start -> Long.toString(start.toEpochMilli())).orElse("0") + "-";
  }

  /** A place of one's own; closing removes it. */
  static final class Place implements AutoCloseable {
    private final Path path;
    private final Path lock;
    private final FileChannel channel;

    private Place(Path path, Path lock, FileChannel channel) {
      this.path = path;
      this.lock = lock;
      this.channel = channel;
    }

    Path path() {
      return path;
    }

    @Override
    public void close() throws IOException {
      try (channel) {
        Freeze.remove(path);
        Files.deleteIfExists(lock);
      }
    }
  }

  /** Makes a place, and removes what killed processes left. */
  synchronized Place open() throws IOException {
    try (PatientLock.Held held = PatientLock.acquire(gate)) {
      removeLeftovers();
      String name = own + Long.toHexString(ThreadLocalRandom.current().nextLong());
      Path lock = directory.resolve(name + LOCK);
      Place place = new Place(directory.resolve(name), lock, PatientLock.open(lock));
      try {
        PatientLock.acquire(place.channel, 0, () -> {});
        Files.createDirectory(place.path());
      } catch (IOException | RuntimeException e) {
        place.close();
        throw e;
      }
      return place;
    }
  }

  private void removeLeftovers() throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        // This JVM's own locks are not asked: to open and close a file anew would free them, fcntl(2).
        if (!name.startsWith(own)) {
          removeIfAbandoned(name.endsWith(LOCK) ? name.substring(0, name.length() - LOCK.length()) : name);
        }
      }
    }
  }

  private void removeIfAbandoned(String name) throws IOException {
    Path lock = directory.resolve(name + LOCK);
    if (!Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
      Freeze.remove(directory.resolve(name)); // a place is made after its lock
      Freeze.remove(lock);
      return;
    }
    try (FileChannel channel = PatientLock.open(lock)) {
      if (PatientLock.attempt(channel, 0) != null) {
        Freeze.remove(directory.resolve(name));
        Files.deleteIfExists(lock);
      }
    }
  }
}
