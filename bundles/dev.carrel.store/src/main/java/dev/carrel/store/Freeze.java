package dev.carrel.store;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a tree what an item is: nothing can be written, nothing is set-user-id, and every time is the same. */
final class Freeze extends SimpleFileVisitor<Path> {
  private static final FileTime EPOCH = FileTime.fromMillis(1000);
  private static final Set<PosixFilePermission> READ = PosixFilePermissions.fromString("r--r--r--");
  private static final Set<PosixFilePermission> READ_EXECUTE = PosixFilePermissions.fromString("r-xr-xr-x");
  static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwxr-xr-x");
  static final Set<PosixFilePermission> CLOSED = PosixFilePermissions.fromString("rw-r--r--");

  private final Path tree;
  /** Files of several names, of which others may lie outside: by device and inode, what is known inside and how many exist. */
  private final Map<Object, List<Path>> linked = new HashMap<>();

  private Freeze(Path tree) {
    this.tree = tree;
  }

  /**
   * Everything but the write permission of the top directory, which a rename needs.
   *
   * @throws IOException also if there is anything but files, directories and links, or a hard link to a file that is not
   *     part of the tree, whose mode is left as it is
   */
  static void contents(Path tree) throws IOException {
    Freeze freeze = new Freeze(tree);
    Files.walkFileTree(tree, freeze);
    for (List<Path> names : freeze.linked.values()) {
      Path first = names.get(0);
      if ((Integer) Files.getAttribute(first, "unix:nlink", LinkOption.NOFOLLOW_LINKS) != names.size()) {
        throw new IOException(tree.relativize(first) + " is a hard link to a file outside, which no item may have");
      }
      file(first);
    }
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
    Files.setPosixFilePermissions(directory, OPEN);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
    if (attributes.isSymbolicLink()) {
      time(path);
    } else if (!attributes.isRegularFile()) {
      throw new IOException(tree.relativize(path) + " is a device, fifo or socket, which no item may have");
    } else if ((Integer) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
      linked.computeIfAbsent(attributes.fileKey(), key -> new ArrayList<>()).add(path);
    } else {
      file(path);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
    if (failure != null) {
      throw failure;
    }
    if (!directory.equals(tree)) {
      directory(directory);
    }
    return FileVisitResult.CONTINUE;
  }

  /** A regular file. */
  static void file(Path file) throws IOException {
    // The owner's execute bit decides; permission sets have no bits beyond rwx, so set-id bits go.
    boolean executable = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS).contains(PosixFilePermission.OWNER_EXECUTE);
    Files.setPosixFilePermissions(file, executable ? READ_EXECUTE : READ);
    time(file);
  }

  /** A directory, once everything in it is there. */
  static void directory(Path directory) throws IOException {
    time(directory);
    Files.setPosixFilePermissions(directory, READ_EXECUTE);
  }

  /** Lets its owner change what is in a directory, until it is frozen again. */
  static void open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, OPEN);
  }

  /** Sets the time of last modification, a link's own. */
  static void time(Path path) throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS).setTimes(EPOCH, null, null);
  }

  /** Removes a tree, frozen or not, if it is there. Nothing is followed. */
  static void remove(Path tree) throws IOException {
    Removal.remove(tree);
  }
}
