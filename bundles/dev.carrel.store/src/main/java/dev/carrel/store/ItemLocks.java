package dev.carrel.store;

import dev.carrel.api.Progress;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps items from being made twice at the same time, by threads or processes. Each item is one byte of one file, at the
 * offset its digest says, so that there are no lock files to clean up. A killed process' locks are free at once.
 */
final class ItemLocks {
  private static final int OFFSET_DIGITS = 15; // 60 bits: an offset is a signed 64-bit number, fcntl(2)

  private final Path file;
  /** What threads of this store hold or wait for: file locks do not tell threads apart. */
  private final Set<Long> taken = new HashSet<>();
  private FileChannel channel;
  private int users;

  ItemLocks(Path file) {
    this.file = file;
  }

  /** Waits until it has all of them. All wait in the same order, so that nobody waits in a circle. */
  PatientLock.Held acquire(Collection<StorePath> items, Progress progress) throws IOException {
    TreeSet<Long> wanted = new TreeSet<>();
    for (StorePath item : items) {
      wanted.add(Long.parseLong(item.digest().substring(0, OFFSET_DIGITS), 16));
    }
    Holding holding = new Holding(enter());
    try (Waiting waiting = new Waiting(progress)) {
      for (Long offset : wanted) {
        take(offset, waiting);
        holding.offsets.add(offset);
        holding.locks.add(PatientLock.acquire(holding.channel, offset, waiting));
      }
    } catch (IOException | RuntimeException e) {
      holding.close();
      throw e;
    }
    return holding;
  }

  private synchronized FileChannel enter() throws IOException {
    if (channel == null) {
      channel = PatientLock.open(file);
    }
    users++;
    return channel;
  }

  private synchronized void take(Long offset, Runnable waiting) throws IOException {
    if (taken.contains(offset)) {
      waiting.run();
    }
    while (!taken.add(offset)) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while another thread made the same item");
      }
    }
  }

  private final class Holding implements PatientLock.Held {
    private final FileChannel channel;
    private final List<Long> offsets = new ArrayList<>();
    private final List<FileLock> locks = new ArrayList<>();

    Holding(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void close() throws IOException {
      leave(this);
    }
  }

  private synchronized void leave(Holding holding) throws IOException {
    for (FileLock lock : holding.locks) {
      lock.release();
    }
    holding.offsets.forEach(taken::remove);
    notifyAll();
    users--;
    // Closing it would free the locks of the others, too: fcntl(2).
    if (users == 0) {
      channel.close();
      channel = null;
    }
  }

  /** Tells who waits, once. */
  private static final class Waiting implements Runnable, AutoCloseable {
    private final Progress progress;
    private Progress.Task task;

    Waiting(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void run() {
      if (task == null) {
        task = progress.begin("waiting for another Carrel", -1, Progress.Unit.ITEMS);
      }
    }

    @Override
    public void close() {
      if (task != null) {
        task.close();
      }
    }
  }
}
