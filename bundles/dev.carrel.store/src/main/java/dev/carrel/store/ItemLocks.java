package dev.carrel.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/** One writer at a time, among threads and among processes; a killed one's lock is free at once. */
final class ItemLocks {
  private final ReentrantLock threads = new ReentrantLock(true);

  /** A held lock. */
  interface Held extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  Held acquire(Path directory) throws IOException {
    threads.lock();
    try {
      FileChannel channel = FileChannel.open(directory.resolve("store"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.lock();
        return () -> {
          try {
            lock.release();
            channel.close();
          } finally {
            threads.unlock();
          }
        };
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      threads.unlock();
      throw e;
    }
  }
}
