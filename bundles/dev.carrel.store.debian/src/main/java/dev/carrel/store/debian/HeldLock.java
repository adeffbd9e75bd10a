package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A lock between processes and threads, freed by the kernel if this process is killed. Waiting is polling, since that
 * is what can be interrupted and what works between threads of one JVM, whose file locks exclude each other by exception.
 */
final class HeldLock implements AutoCloseable {
  private static final long POLL_MS = 25;
  /** Waiting that takes longer than this is told to the user. */
  private static final long PATIENCE_MS = 1000;

  private final FileChannel channel;

  private HeldLock(FileChannel channel) {
    this.channel = channel;
  }

  static HeldLock exclusive(Path file, Progress progress) {
    return acquire(file, false, progress);
  }

  static HeldLock shared(Path file, Progress progress) {
    return acquire(file, true, progress);
  }

  private static HeldLock acquire(Path file, boolean shared, Progress progress) {
    FileChannel channel = null;
    Progress.Task waiting = null;
    boolean held = false;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      long start = System.nanoTime();
      while (!(held = attempt(channel, shared))) {
        if (waiting == null && (System.nanoTime() - start) / 1_000_000 > PATIENCE_MS) {
          waiting = progress.begin("waiting for another Carrel", -1, Progress.Unit.ITEMS);
        }
        Thread.sleep(POLL_MS);
      }
      return new HeldLock(channel);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Interruptions.asException("Waiting for another Carrel that uses apt in " + file.getParent(), e);
    } catch (IOException e) {
      throw CarrelException.failed("Packages could not be looked up: the lock file " + file + " cannot be used (" + e
          + "). Use a store on a local, writable file system (CARREL_STORE=DIRECTORY).", e);
    } finally {
      if (waiting != null) {
        waiting.close();
      }
      if (!held && channel != null) {
        closeQuietly(channel);
      }
    }
  }

  private static boolean attempt(FileChannel channel, boolean shared) throws IOException {
    try {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
      return lock != null;
    } catch (OverlappingFileLockException anotherThread) {
      return false;
    }
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone in any case, and the lock with it.
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
