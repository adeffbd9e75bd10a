package dev.carrel.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A framework's directory for its bundles, this process's own and gone with it; what killed processes left goes too. */
final class Storage implements AutoCloseable {
  private static final String PREFIX = "felix-";

  private final Path directory;
  private boolean closed;

  private Storage(Path directory, boolean shared) {
    this.directory = directory;
    this.closed = shared;
  }

  static Storage at(Path directory) {
    Storage storage = new Storage(directory, false);
    Runtime.getRuntime().addShutdownHook(new Thread(storage::close, "carrel-storage"));
    return storage;
  }

  /** One that is part of a distribution and stays. */
  static Storage shared(Path directory) {
    return new Storage(directory, true);
  }

  static Storage create() throws IOException {
    Path parent = parent();
    removeLeftovers(parent.toFile());
    Path directory = parent.resolve(PREFIX + ProcessHandle.current().pid());
    delete(directory.toFile()); // of an earlier process with the same pid
    Files.createDirectory(directory);
    return at(directory);
  }

  /** Another one of this process. */
  static Storage another() throws IOException {
    return at(Files.createTempDirectory(parent(), PREFIX + ProcessHandle.current().pid() + "-"));
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

  private static void removeLeftovers(File parent) {
    String[] names = parent.list();
    if (names == null) {
      return;
    }
    for (String name : names) {
      if (name.startsWith(PREFIX) && !new File("/proc/" + name.substring(PREFIX.length()).split("-", 2)[0]).exists()) {
        delete(new File(parent, name));
      }
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
    }
  }
}
