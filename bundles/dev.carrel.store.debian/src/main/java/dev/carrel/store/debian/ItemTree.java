package dev.carrel.store.debian;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A tree that an archive is unpacked into. The directory was empty and is nobody else's, so that it is enough to remember
 * what was made: nothing is ever written through a symbolic link, over something that is there, or outside.
 *
 * <p>Of a mode only "executable" is kept: no set-user-ID, set-group-ID or sticky bits, no write bits for others.
 */
final class ItemTree {
  private static final Set<String> MERGED = Set.of("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libo32");
  private static final Set<OpenOption> FRESH = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final FileAttribute<Set<PosixFilePermission>> PLAIN = mode("rw-r--r--");
  private static final FileAttribute<Set<PosixFilePermission>> PROGRAM = mode("rwxr-xr-x");
  /** Linux: PATH_MAX, limits.h. */
  private static final int LONGEST_TARGET = 4095;

  private enum Kind {
    DIRECTORY,
    FILE,
    SYMLINK
  }

  private record Made(Kind kind, String target) {
    static final Made DIRECTORY = new Made(Kind.DIRECTORY, "");
    static final Made FILE = new Made(Kind.FILE, "");
  }

  private final Path root;
  private final Map<String, Made> made = new HashMap<>();

  ItemTree(Path root) {
    this.root = root;
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }

  void directory(String entry) throws RefusedException, IOException {
    String path = path(entry);
    if (!path.isEmpty()) {
      makeDirectory(entry, path);
    }
  }

  /** Makes a file. It replaces a compatibility link to itself, {@code /bin/x} to {@code /usr/bin/x}, that the merged /usr makes needless. */
  OutputStream file(String entry, boolean executable) throws RefusedException, IOException {
    String path = filePath(entry);
    makeParent(entry, path);
    Made there = made.get(path);
    if (there != null && pointsTo(path, there)) {
      Files.delete(resolve(entry, path));
    } else if (there != null) {
      throw new RefusedException(entry, "is there twice");
    }
    made.put(path, Made.FILE);
    return Channels.newOutputStream(FileChannel.open(resolve(entry, path), FRESH, executable ? PROGRAM : PLAIN));
  }

  /** Makes a symbolic link. An absolute target is meant from the root of a container; it is never followed here. */
  void symlink(String entry, String target) throws RefusedException, IOException {
    checkTarget(entry, target);
    if (isMergedRootLink(entry, target)) {
      return;
    }
    String path = filePath(entry);
    makeParent(entry, path);
    Made link = new Made(Kind.SYMLINK, target);
    if (made.containsKey(path)) {
      if (pointsTo(path, link)) {
        return;
      }
      throw new RefusedException(entry, "is there twice");
    }
    if (climbsOut(path, target)) {
      throw new RefusedException(entry, "is a symbolic link that leaves the package ('" + shown(target) + "')");
    }
    made.put(path, link);
    try {
      Files.createSymbolicLink(resolve(entry, path), root.getFileSystem().getPath(target));
    } catch (InvalidPathException e) {
      throw unrepresentable(entry, e);
    }
  }

  /** Makes one more name of a file that was unpacked before. */
  void hardLink(String entry, String targetEntry) throws RefusedException, IOException {
    String path = filePath(entry);
    makeParent(entry, path);
    String target;
    try {
      target = path(targetEntry);
    } catch (RefusedException e) {
      throw new RefusedException(entry, "is a hard link to '" + shown(targetEntry) + "', which " + e.getMessage(), e);
    }
    Made there = made.get(target);
    if (there == null || there.kind() != Kind.FILE) {
      throw new RefusedException(entry, "is a hard link to '" + shown(targetEntry) + "', which is no file of the package that came before");
    }
    if (target.equals(path) || made.containsKey(path)) {
      throw new RefusedException(entry, "is there twice");
    }
    made.put(path, Made.FILE);
    Files.createLink(resolve(entry, path), resolve(entry, target));
  }

  private void makeDirectory(String entry, String path) throws RefusedException, IOException {
    Made there = made.get(path);
    if (there != null) {
      if (there.kind() == Kind.DIRECTORY) {
        return;
      }
      throw new RefusedException(entry, "needs a directory where " + (there.kind() == Kind.FILE ? "the file '" : "the symbolic link '") + path + "' is");
    }
    makeParent(entry, path);
    made.put(path, Made.DIRECTORY);
    Files.createDirectory(resolve(entry, path), PROGRAM);
  }

  private void makeParent(String entry, String path) throws RefusedException, IOException {
    int slash = path.lastIndexOf('/');
    if (slash > 0) {
      makeDirectory(entry, path.substring(0, slash));
    }
  }

  private Path resolve(String entry, String path) throws RefusedException {
    try {
      return root.resolve(path);
    } catch (InvalidPathException e) {
      throw unrepresentable(entry, e);
    }
  }

  private static RefusedException unrepresentable(String entry, InvalidPathException e) {
    return new RefusedException(entry, "has a name that cannot be written with the character set of this Java ("
        + System.getProperty("sun.jnu.encoding") + ")", e);
  }

  private static String filePath(String entry) throws RefusedException {
    String path = path(entry);
    if (path.isEmpty()) {
      throw new RefusedException(entry, "is the root and no directory");
    }
    return path;
  }

  /** The place of an entry, {@code ./bin/sh} at {@code usr/bin/sh}; empty for the root itself. */
  static String path(String entry) throws RefusedException {
    if (entry.startsWith("/")) {
      throw new RefusedException(entry, "has an absolute name");
    }
    StringBuilder path = new StringBuilder(entry.length());
    for (String part : entry.split("/")) {
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        throw new RefusedException(entry, "has '..' in its name");
      }
      if (part.indexOf('\0') >= 0) {
        throw new RefusedException(entry, "has a NUL character in its name");
      }
      if (path.length() == 0 && MERGED.contains(part)) {
        path.append("usr/");
      } else if (path.length() > 0) {
        path.append('/');
      }
      path.append(part);
    }
    return path.toString();
  }

  private static void checkTarget(String entry, String target) throws RefusedException {
    if (target.isEmpty() || target.length() > LONGEST_TARGET || target.indexOf('\0') >= 0) {
      throw new RefusedException(entry, "is a symbolic link whose target is empty, too long or has a NUL character");
    }
  }

  /** {@code ./bin -> usr/bin}: what base-files has where /usr is merged. */
  private static boolean isMergedRootLink(String entry, String target) throws RefusedException {
    String name = entry.startsWith("./") ? entry.substring(2) : entry;
    if (!MERGED.contains(name)) {
      return false;
    }
    if (!target.equals("usr/" + name) && !target.equals("/usr/" + name)) {
      throw new RefusedException(entry, "is a symbolic link to '" + shown(target) + "' where all packages have a directory");
    }
    return true;
  }

  /** Whether a link is at the very place that it points to, as /bin/x -> /usr/bin/x is once /usr is merged. */
  private static boolean pointsTo(String path, Made link) throws RefusedException {
    if (link.kind() != Kind.SYMLINK || !link.target().startsWith("/") || !isBelowMerged(path)) {
      return false;
    }
    String target = link.target().substring(1);
    return !target.contains("..") && !target.startsWith("/") && path(target).equals(path);
  }

  private static boolean isBelowMerged(String path) {
    String[] parts = path.split("/", 3);
    return parts.length == 3 && parts[0].equals("usr") && MERGED.contains(parts[1]);
  }

  private static boolean climbsOut(String path, String target) {
    if (target.startsWith("/")) {
      return false;
    }
    int depth = path.split("/").length - 1;
    for (String part : target.split("/")) {
      if (part.equals("..")) {
        depth--;
      } else if (!part.isEmpty() && !part.equals(".")) {
        depth++;
      }
      if (depth < 0) {
        return true;
      }
    }
    return false;
  }

  private static String shown(String text) {
    return DebArchive.shown(text);
  }
}
