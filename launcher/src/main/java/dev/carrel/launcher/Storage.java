package dev.carrel.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A framework's directory for its bundles, this process's own and gone with it; what killed processes left goes too. Those are known by the lock beside
 * theirs, which nobody holds any more: whose pid is in no /proc here may live in another pid namespace.
 */
final class Storage implements AutoCloseable {
  private static final String PREFIX = "felix-";
  private static final String LOCK = ".lock";
  /** After that nobody is about to make the directory for which it has made a lock; in milliseconds. */
  private static final long LONG = 24 * 60 * 60 * 1000L;

  /** A file that is locked as long as this process has the directory beside it. */
  private record Lock(Path file, FileChannel channel) {
    void release() {
      try {
        Files.deleteIfExists(file);
        channel.close();
      } catch (IOException e) {
        return; // the next start removes it
      }
    }
  }

  private final Path directory;
  private final Optional<Lock> lock;
  private boolean closed;

  private Storage(Path directory, boolean shared, Optional<Lock> lock) {
    this.directory = directory;
    this.closed = shared;
    this.lock = lock;
  }

  static Storage at(Path directory) {
    return at(directory, Optional.empty());
  }

  private static Storage at(Path directory, Optional<Lock> lock) {
    Storage storage = new Storage(directory, false, lock);
    Runtime.getRuntime().addShutdownHook(new Thread(storage::close, "carrel-storage"));
    return storage;
  }

  /** One that is part of a distribution and stays. */
  static Storage shared(Path directory) {
    return new Storage(directory, true, Optional.empty());
  }

  static Storage create() throws IOException {
    Path parent = parent();
    removeLeftovers(parent);
    return in(parent);
  }

  /** Another one of this process. */
  static Storage another() throws IOException {
    return in(parent());
  }

  /** The lock is there and held before there is anything to remove. */
  private static Storage in(Path parent) throws IOException {
    String name = own() + Long.toHexString(System.nanoTime());
    Path file = parent.resolve(name + LOCK);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    channel.lock();
    return at(Files.createDirectory(parent.resolve(name)), Optional.of(new Lock(file, channel)));
  }

  private static String own() {
    return PREFIX + ProcessHandle.current().pid() + "-";
  }

  /** A directory of this user alone: others must not put classes into it. */
  private static Path parent() throws IOException {
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    Path base = runtime != null && Files.isWritable(Path.of(runtime)) ? Path.of(runtime) : Path.of(System.getProperty("java.io.tmpdir"));
    Path parent = base.resolve("carrel-" + System.getProperty("user.name"));
    var mine = PosixFilePermissions.fromString("rwx------");
    if (Files.isDirectory(parent, java.nio.file.LinkOption.NOFOLLOW_LINKS)
        && Files.getOwner(parent).getName().equals(System.getProperty("user.name"))
        && Files.getPosixFilePermissions(parent).equals(mine)) {
      return parent;
    }
    if (!Files.exists(parent, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      try {
        return Files.createDirectory(parent, PosixFilePermissions.asFileAttribute(mine));
      } catch (IOException e) {
        // Somebody was quicker, maybe somebody else: take a name nobody knows.
      }
    }
    return Files.createTempDirectory(base, "carrel-", PosixFilePermissions.asFileAttribute(mine));
  }

  private static void removeLeftovers(Path parent) throws IOException {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, PREFIX + "*")) {
      found.forEach(all::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    for (Path one : all) {
      String name = one.getFileName().toString();
      // This process's own are not asked: to open and close a lock anew would free it, fcntl(2).
      if (!name.startsWith(own())) {
        removeIfLeft(one, name);
      }
    }
  }

  private static void removeIfLeft(Path one, String name) {
    if (name.endsWith(LOCK)) {
      File lock = one.toFile();
      if (!Files.exists(one.resolveSibling(name.substring(0, name.length() - LOCK.length()))) && System.currentTimeMillis() - lock.lastModified() > LONG) {
        lock.delete();
      }
      return;
    }
    Path file = one.resolveSibling(name + LOCK);
    try (FileChannel lock = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (lock.tryLock() != null) {
        delete(one.toFile());
        delete(file.toFile());
      }
    } catch (NoSuchFileException e) {
      delete(one.toFile()); // its lock goes last: somebody was killed while he removed it
    } catch (IOException e) {
      return; // the next start looks again
    }
  }

  Path directory() {
    return directory;
  }

  private static void delete(File file) {
    File[] children = Files.isSymbolicLink(file.toPath()) ? null : file.listFiles();
    if (children != null) {
      for (File child : children) {
        delete(child);
      }
    }
    file.delete(); // what cannot be removed now, the next start removes
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      delete(directory.toFile());
      lock.ifPresent(Lock::release);
    }
  }
}
