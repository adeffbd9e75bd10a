package dev.carrel.store;

import dev.carrel.api.store.StorePath;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What processes use just now, so that it is not collected under their hands. Each process has a file with names of items and
 * a lock beside it, which is free if the process is gone. A gate is between holding and collecting: while somebody finds out
 * what nothing reaches, and takes it out of the store, nobody begins to hold anything. Who holds first and looks then finds
 * either what stays or nothing.
 */
final class HeldItems {
  private static final String LOCK = ".lock";
  /** In seconds; a process may live for months, and needs hold nothing for so long. */
  private static final long LONGEST = 24 * 60 * 60;

  private final Path directory;
  private final Path gate;
  private final String own;
  private final Map<String, Long> held = new HashMap<>();
  private FileChannel gateChannel;
  /** No channel, which an interrupted thread would close for all others. */
  private OutputStream names;
  private FileChannel lock;
  private Path file;

  /**
   * In a store.
   *
   * @param gate a lock file
   */
  HeldItems(Path directory, Path gate) {
    this.directory = directory;
    this.gate = gate;
    this.own = Staging.processName();
  }

  private static long now() {
    return System.currentTimeMillis() / 1000;
  }

  /** Holds items; those that are held already cost nothing. */
  synchronized void add(Collection<StorePath> items) throws IOException {
    long now = now();
    StringBuilder text = new StringBuilder();
    for (StorePath item : items) {
      Long since = held.get(item.fileName());
      if (since == null || now - since > LONGEST / 2) {
        text.append(now).append(' ').append(item.fileName()).append('\n');
      }
    }
    if (text.length() == 0) {
      return;
    }
    FileLock passing = PatientLock.acquire(gate(), 0, true, () -> {});
    try {
      open();
      names.write(text.toString().getBytes(StandardCharsets.UTF_8));
      items.forEach(item -> held.put(item.fileName(), now));
    } finally {
      passing.release();
    }
  }

  private FileChannel gate() throws IOException {
    if (gateChannel == null) {
      gateChannel = PatientLock.open(gate);
    }
    return gateChannel;
  }

  private void open() throws IOException {
    if (names == null) {
      file = directory.resolve(own + Long.toHexString(ThreadLocalRandom.current().nextLong()));
      lock = PatientLock.open(file.resolveSibling(file.getFileName() + LOCK));
      PatientLock.acquire(lock, 0, () -> {});
      names = new FileOutputStream(file.toFile());
    }
  }

  /** What is done while nobody begins to hold anything. */
  interface Work {
    /**
     * Does it.
     *
     * @param held the names of what is held by any process
     */
    void with(Set<String> held) throws IOException;
  }

  /** Waits until nobody is at the gate, and does something with the gate closed. */
  synchronized void closeGate(Work work) throws IOException {
    FileLock closed = PatientLock.acquire(gate(), 0, () -> {});
    try {
      work.with(all());
    } finally {
      closed.release();
    }
  }

  /** Whether another process holds anything. */
  synchronized boolean othersHold() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path one : files) {
        String name = one.getFileName().toString();
        if (!name.endsWith(LOCK) && !name.startsWith(own) && !removed(one, name)) {
          return true;
        }
      }
    }
    return false;
  }

  /** What is held by anybody at this moment. */
  private Set<String> all() throws IOException {
    Set<String> all = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path one : files) {
        String name = one.getFileName().toString();
        if (!name.endsWith(LOCK) && !removed(one, name)) {
          read(one, all);
        }
      }
    }
    return all;
  }

  private static void read(Path file, Set<String> all) throws IOException {
    long now = now();
    for (String line : Files.readAllLines(file)) {
      int space = line.indexOf(' ');
      if (space > 0 && now - Long.parseLong(line.substring(0, space)) <= LONGEST) {
        all.add(line.substring(space + 1));
      }
    }
  }

  /** Removes what a process has left that is gone. */
  private boolean removed(Path file, String name) throws IOException {
    // This JVM's own locks are not asked: to open and close a file anew would free them, fcntl(2).
    if (name.startsWith(own)) {
      return false;
    }
    Path beside = file.resolveSibling(name + LOCK);
    try (FileChannel channel = PatientLock.open(beside)) {
      if (PatientLock.attempt(channel, 0) == null) {
        return false;
      }
      Files.deleteIfExists(file);
      Files.deleteIfExists(beside);
      return true;
    }
  }

  /** Holds nothing any more. What cannot be removed is removed by the next collection, once this process has ended. */
  synchronized void close() {
    held.clear();
    try {
      if (names != null) {
        names.close();
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + LOCK));
        lock.close();
        names = null;
      }
      if (gateChannel != null) {
        gateChannel.close();
        gateChannel = null;
      }
    } catch (IOException e) {
      return;
    }
  }
}
