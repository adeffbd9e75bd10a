package dev.carrel.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;

/**
 * A tree that an archive of anybody's is unpacked into. The directory was empty and is nobody else's: it is enough to remember
 * what was made, so that nothing is written through a link, over something that is there, or outside.
 */
final class SafeTree {
  private final Path root;
  private final Set<Path> directories = new HashSet<>();
  private final Set<Path> files = new HashSet<>();

  SafeTree(Path root) {
    this.root = root;
    directories.add(root);
  }

  /** Something that no archive may have. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String entry, String why) {
      super("its entry '" + entry.replaceAll("\\p{Cntrl}", "?") + "' " + why);
    }
  }

  private Path resolve(String entry) throws Refused {
    return resolve(entry, entry);
  }

  /** Where something is that an entry tells of. */
  private Path resolve(String entry, String told) throws Refused {
    Path path = root;
    for (String name : told.split("/")) {
      if (name.equals("..") || name.indexOf('\0') >= 0) {
        throw new Refused(entry, "leads out of it");
      }
      if (!name.isEmpty() && !name.equals(".")) {
        try {
          path = path.resolve(name);
        } catch (InvalidPathException e) {
          throw new Refused(entry, "has a name that is not written in the locale's characters; set LC_ALL=C.UTF-8");
        }
      }
    }
    return path;
  }

  /** Makes a directory and those above it. */
  Path directory(String entry) throws IOException {
    return directory(entry, resolve(entry));
  }

  private Path directory(String entry, Path path) throws IOException {
    if (!directories.contains(path)) {
      directory(entry, path.getParent());
      if (files.contains(path)) {
        throw new Refused(entry, "is below something that is no directory");
      }
      Files.createDirectory(path);
      directories.add(path);
    }
    return path;
  }

  private Path place(String entry) throws IOException {
    Path path = resolve(entry);
    if (path.equals(root) || directories.contains(path) || files.contains(path)) {
      throw new Refused(entry, "is there twice");
    }
    directory(entry, path.getParent());
    return path;
  }

  void file(String entry, boolean executable, InputStream content) throws IOException {
    Path path = place(entry);
    files.add(path);
    try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.transferTo(out);
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
  }

  /** The target is not followed, wherever it leads. */
  void link(String entry, String target) throws IOException {
    Path path = place(entry);
    files.add(path);
    try {
      Files.createSymbolicLink(path, Path.of(target));
    } catch (InvalidPathException e) {
      throw new Refused(entry, "has a target that is no path");
    }
  }

  /** One more name of a file that came before. */
  void hardLink(String entry, String target) throws IOException {
    Path path = place(entry);
    Path file = resolve(entry, target);
    if (!files.contains(file) || Files.isSymbolicLink(file)) {
      throw new Refused(entry, "is a hard link to something that did not come before");
    }
    Files.createLink(path, file);
    files.add(path);
  }
}
