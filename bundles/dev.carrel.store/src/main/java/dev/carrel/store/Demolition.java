package dev.carrel.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Deletes trees, several at a time, and tells how much space that gave. Nothing is followed. */
final class Demolition {
  private static final int WORKERS = 4; // mostly they wait for the file system
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int OWNER_WRITE = 0200;

  private Demolition() {}

  /**
   * Deletes them, or throws what the first one to fail threw.
   *
   * @param done told how many are gone
   * @return the sizes of files of which no other name is left
   */
  static long remove(List<Path> trees, IntConsumer done) throws IOException {
    AtomicInteger count = new AtomicInteger();
    List<Callable<Long>> works = new ArrayList<>(trees.size());
    for (Path tree : trees) {
      works.add(() -> {
        long size = remove(tree);
        done.accept(count.incrementAndGet());
        return size;
      });
    }
    return sum(works);
  }

  /** Does several things at a time, or throws what the first one to fail threw. */
  static long sum(List<Callable<Long>> works) throws IOException {
    ExecutorService executor = Executors.newFixedThreadPool(WORKERS, work -> {
      Thread thread = new Thread(work, "carrel-collect");
      thread.setDaemon(true);
      return thread;
    });
    try {
      List<Future<Long>> sizes = new ArrayList<>(works.size());
      for (Callable<Long> work : works) {
        sizes.add(executor.submit(work));
      }
      long sum = 0;
      for (Future<Long> size : sizes) {
        sum += size.get();
      }
      return sum;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted");
    } finally {
      executor.shutdownNow();
    }
  }

  private static long remove(Path path) throws IOException {
    Map<String, Object> attributes;
    try {
      attributes = Files.readAttributes(path, "unix:mode,nlink,size", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return 0;
    }
    int mode = (Integer) attributes.get("mode");
    if ((mode & TYPE) != DIRECTORY) {
      Files.delete(path);
      return (Integer) attributes.get("nlink") == 1 ? (Long) attributes.get("size") : 0;
    }
    long size = 0;
    try {
      size = removeContent(path);
    } catch (AccessDeniedException e) {
      if ((mode & OWNER_WRITE) != 0) {
        throw e;
      }
      // Only now: root needs no permission, and to give it costs as much as to delete.
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
      size = removeContent(path);
    }
    Files.delete(path);
    return size;
  }

  private static long removeContent(Path directory) throws IOException {
    long size = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        size += remove(entry);
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    return size;
  }
}
