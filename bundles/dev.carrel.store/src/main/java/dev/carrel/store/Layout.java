package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Account;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Where everything is in a store. */
record Layout(Path directory) {
  private static final Set<PosixFilePermission> PUBLIC = PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

  private static final int RESERVE = 1 << 20;

  Path items() {
    return directory.resolve("items");
  }

  Path item(StorePath item) {
    return items().resolve(item.fileName());
  }

  Path database() {
    return directory.resolve("db/carrel.sqlite");
  }

  Path environments() {
    return directory.resolve("environments");
  }

  Path roots() {
    return directory.resolve("roots/auto");
  }

  /** Room that a collection gives free first: on a full disk not even the database could be opened otherwise. */
  Path reserve() {
    return directory.resolve("db/reserve");
  }

  /** Takes that room, if it is to be had. */
  void takeReserve() {
    if (!Files.exists(reserve())) {
      try {
        Files.write(reserve(), new byte[RESERVE]);
      } catch (IOException e) {
        giveReserve(); // part of it would help nobody
      }
    }
  }

  void giveReserve() {
    try {
      Files.deleteIfExists(reserve());
    } catch (IOException e) {
      // whoever cannot delete it is told so by what comes next
    }
  }

  /** What is noted of the collection that began last. */
  Path collection() {
    return directory.resolve("db/collection");
  }

  /** What is noted of items beside them. */
  Path about() {
    return directory.resolve("about");
  }

  Path about(StorePath item) {
    return about().resolve(item.fileName());
  }

  /** Each distinct content of a file once. */
  Path links() {
    return directory.resolve("links");
  }

  /** What users added under a name. */
  Path added() {
    return directory.resolve("added");
  }

  /** What processes hold just now. */
  Path held() {
    return locks().resolve("held");
  }

  /** Profiles with generations. */
  Path profiles() {
    return directory.resolve("profiles");
  }

  Path staging() {
    return directory.resolve("staging");
  }

  Path locks() {
    return directory.resolve("locks");
  }

  /**
   * Makes what is not there, and makes sure that nobody else can put anything into it.
   *
   * @throws CarrelException if the store cannot be written or somebody else could change it; nothing is made then
   */
  void prepare(Account me) {
    Ownership ownership = new Ownership(directory, me.uid(), me.gid());
    try {
      ownership.requireSafeWay();
      if (directory.getParent() != null) {
        // As the XDG base directory specification wants directories of a user made.
        Files.createDirectories(directory.getParent(), PosixFilePermissions.asFileAttribute(PRIVATE));
      }
      make(directory, PUBLIC, ownership);
      make(items(), PUBLIC, ownership);
      make(directory.resolve("db"), PUBLIC, ownership);
      make(environments(), PUBLIC, ownership);
      make(directory.resolve("roots"), PUBLIC, ownership);
      make(roots(), PUBLIC, ownership);
      make(about(), PUBLIC, ownership);
      make(links(), PUBLIC, ownership);
      make(profiles(), PUBLIC, ownership);
      make(added(), PUBLIC, ownership);
      make(staging(), PRIVATE, ownership);
      make(locks(), PRIVATE, ownership);
      make(held(), PRIVATE, ownership);
    } catch (IOException e) {
      throw failure("make the store " + directory, e);
    }
  }

  /** Writes a directory's entries to the device: fsync(2). */
  static void flush(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void make(Path path, Set<PosixFilePermission> mode, Ownership ownership) throws IOException {
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(mode));
      Files.setPosixFilePermissions(path, mode); // whatever the umask left
    } catch (FileAlreadyExistsException e) {
      boolean link = !path.equals(directory); // the store itself may be elsewhere: the way there is safe
      if (!(link ? Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) : Files.isDirectory(path))) {
        throw new NotDirectoryException(path.toString());
      }
      ownership.requireOwn(link ? path : path.toRealPath());
    }
  }

  /**
   * Why the store could not be used, and what to do.
   *
   * @param attempt what was attempted, on what
   */
  CarrelException failure(String attempt, IOException e) {
    String reason = reason(e);
    String remedy;
    if (reason.contains("No space left") || reason.contains("quota exceeded")) {
      remedy = free() + ". Free some space there, or set " + Location.NAME + " to a directory on another file system";
    } else if (reason.contains("ermission denied") || reason.contains("not permitted") || reason.contains("Read-only file system")) {
      remedy = ". Make the store " + directory + " writable for you, or set " + Location.NAME + " to a directory that is";
    } else if (e instanceof NotDirectoryException) {
      remedy = ". Move what is there away, or set " + Location.NAME + " to another directory";
    } else {
      remedy = ". Run carrel doctor to see whether the store " + directory + " is well, or set " + Location.NAME + " to another directory";
    }
    return CarrelException.failed("cannot " + attempt + ": " + reason + remedy, e);
  }

  private static String reason(IOException e) {
    if (e instanceof java.nio.file.AccessDeniedException denied) {
      return "permission denied on " + denied.getFile();
    }
    if (e instanceof NotDirectoryException) {
      return e.getMessage() + " is not a directory";
    }
    if (e instanceof java.nio.file.NoSuchFileException) {
      return e.getMessage() + " does not exist";
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getReason() + " (" + failed.getFile() + ")";
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** How much space is left where the store is or would be, as a parenthesis; nothing if that cannot be told. */
  String free() {
    Path existing = directory;
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      return " (" + Files.getFileStore(existing).getUsableSpace() / 1_000_000 + " MB are free at " + existing + ")";
    } catch (IOException e) {
      return "";
    }
  }
}
