package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Where everything is in a store, and that it may be there. */
record Layout(Path directory) {
  private static final Set<PosixFilePermission> PUBLIC = PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

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

  Path staging() {
    return directory.resolve("staging");
  }

  Path locks() {
    return directory.resolve("locks");
  }

  /**
   * Makes what is not there, and makes sure that nobody else can put anything into it.
   *
   * @throws CarrelException if the store cannot be written or belongs to somebody else
   */
  void prepare() {
    try {
      Files.createDirectories(directory);
      refuseForeign(directory);
      make(items(), PUBLIC);
      make(directory.resolve("db"), PUBLIC);
      make(environments(), PUBLIC);
      make(directory.resolve("roots"), PUBLIC);
      make(roots(), PUBLIC);
      make(staging(), PRIVATE);
      make(locks(), PRIVATE);
    } catch (IOException e) {
      throw failure("make the store", e);
    }
  }

  private static void make(Path path, Set<PosixFilePermission> mode) throws IOException {
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(mode));
      Files.setPosixFilePermissions(path, mode); // whatever the umask left
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileSystemException(path.toString(), null, "is not a directory");
      }
      refuseForeign(path);
    }
  }

  /** A directory of another user, or one that others may write, is no place to run programs from. */
  private static void refuseForeign(Path path) throws IOException {
    String owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
    String me = System.getProperty("user.name");
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
    boolean writable = mode.contains(PosixFilePermission.OTHERS_WRITE) || mode.contains(PosixFilePermission.GROUP_WRITE);
    if (!owner.equals(me) || writable) {
      throw CarrelException.failed("cannot use the store directory " + path + ": it "
          + (owner.equals(me) ? "can be written by others" : "belongs to " + owner + ", and you are " + me)
          + ", who could put programs into it. Set CARREL_STORE to a directory of your own, or run: chmod go-w " + path);
    }
  }

  /** Why the store could not be changed, and what to do. */
  CarrelException failure(String attempt, IOException e) {
    String reason = reason(e);
    String remedy;
    if (reason.contains("No space left") || reason.contains("quota")) {
      remedy = free() + ". Free some space on that file system, or set CARREL_STORE to a directory on another";
    } else if (e instanceof AccessDeniedException || reason.contains("Read-only")) {
      remedy = ". Make it writable for you, or set CARREL_STORE to a directory that is";
    } else {
      remedy = ". See carrel doctor";
    }
    return CarrelException.failed("cannot " + attempt + " in " + directory + ": " + reason + remedy, e);
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "permission denied on " + denied.getFile();
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getReason() + " (" + failed.getFile() + ")";
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private String free() {
    try {
      return " (" + Files.getFileStore(directory).getUsableSpace() / 1_000_000 + " MB are free)";
    } catch (IOException e) {
      return "";
    }
  }
}
