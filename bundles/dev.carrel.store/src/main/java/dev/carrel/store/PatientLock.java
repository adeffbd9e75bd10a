package dev.carrel.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Waits for locks of files by asking again and again. To sleep in the kernel instead would be refused as a deadlock now and
 * then, as fcntl(2) takes all threads of a process for one owner, and would close the channel when interrupted.
 */
final class PatientLock {
  private static final long SHORTEST = 1; // milliseconds
  private static final long LONGEST = 50;

  private PatientLock() {}

  /** A held lock. */
  interface Held extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  static FileChannel open(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      if (Files.isSymbolicLink(file)) {
        throw new FileSystemException(file.toString(), null, "a lock must not be a symbolic link");
      }
      throw e;
    }
  }

  /** Waits for the lock of a whole file, which is made if it is not there. */
  static Held acquire(Path file) throws IOException {
    FileChannel channel = open(file);
    try {
      acquire(channel, 0, () -> {});
      return channel::close;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Waits for the lock of one byte.
   *
   * @param waiting told once if it is not free at once
   */
  static FileLock acquire(FileChannel channel, long position, Runnable waiting) throws IOException {
    return acquire(channel, position, false, waiting);
  }

  /** The same; a shared lock keeps only those out who want it for themselves. */
  static FileLock acquire(FileChannel channel, long position, boolean shared, Runnable waiting) throws IOException {
    FileLock lock = attempt(channel, position, shared);
    if (lock != null) {
      return lock;
    }
    waiting.run();
    for (long pause = SHORTEST; lock == null; pause = Math.min(2 * pause, LONGEST)) {
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while another process had the lock");
      }
      lock = attempt(channel, position, shared);
    }
    return lock;
  }

  /** The lock of one byte, or null if another has it. */
  static FileLock attempt(FileChannel channel, long position) throws IOException {
    return attempt(channel, position, false);
  }

  private static FileLock attempt(FileChannel channel, long position, boolean shared) throws IOException {
    try {
      return channel.tryLock(position, 1, shared);
    } catch (OverlappingFileLockException e) {
      return null; // held by this JVM, through another store or an earlier start of this bundle
    }
  }
}
