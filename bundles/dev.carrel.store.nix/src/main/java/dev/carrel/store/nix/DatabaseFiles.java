package dev.carrel.store.nix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a SQLite database is made of, at one moment: nobody has written to it between two moments if these are equal.
 *
 * @param main the database itself
 * @param log the write-ahead log, FILE-wal
 * @param journal the rollback journal, FILE-journal
 */
record DatabaseFiles(Path file, State main, State log, State journal) {
  /** The coarsest clock of a kernel has 100 ticks a second, and a file's times are those of the last tick. */
  private static final long TICK = 20_000_000;

  /** @param inode 0 for a file that is not there */
  record State(long inode, long size, FileTime written) {
    private static final State ABSENT = new State(0, 0, FileTime.fromMillis(0));

    private static State of(Path file) throws IOException {
      try {
        Map<String, Object> attributes = Files.readAttributes(file, "unix:ino,size,lastModifiedTime");
        return new State((Long) attributes.get("ino"), (Long) attributes.get("size"), (FileTime) attributes.get("lastModifiedTime"));
      } catch (NoSuchFileException e) {
        return ABSENT;
      }
    }
  }

  static DatabaseFiles now(Path file) throws IOException {
    return new DatabaseFiles(file, State.of(file), State.of(beside(file, "-wal")), State.of(beside(file, "-journal")));
  }

  static Path beside(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  /** Whether transactions are in the log that are not in the database itself, or may be. */
  boolean hasLog() {
    return log.size() > 0;
  }

  /** Whether a transaction is being written, or was when its writer died. */
  boolean hasJournal() {
    return journal.size() > 0;
  }

  /** Whether there is the index of the log that processes share. */
  boolean hasIndex() {
    return Files.exists(beside(file, "-shm"), LinkOption.NOFOLLOW_LINKS);
  }

  /** Waits until a change from now on shows in the files' times. */
  void settle() throws InterruptedException {
    long age = System.currentTimeMillis() * 1_000_000 - newest();
    if (age >= 0 && age < TICK) {
      Thread.sleep((TICK - age) / 1_000_000 + 1);
    }
  }

  private long newest() {
    return Math.max(nanos(main), Math.max(nanos(log), nanos(journal)));
  }

  private static long nanos(State state) {
    return state.written().to(TimeUnit.NANOSECONDS);
  }

  /** Their state in words that change when it does. */
  String fingerprint() {
    StringBuilder words = new StringBuilder(80);
    for (State state : new State[] {main, log}) {
      words.append(state.inode()).append(' ').append(state.size()).append(' ').append(nanos(state)).append(' ');
    }
    return words.toString();
  }
}
