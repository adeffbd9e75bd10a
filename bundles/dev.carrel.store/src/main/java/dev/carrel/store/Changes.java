package dev.carrel.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Set;

/**
 * Does to a tree what overlayfs has written down about it. Who made the changes is not trusted: no link is followed, and what is taken
 * over is copied, so that neither owners nor attributes nor further names come along.
 */
final class Changes {
  /** Says that nothing of the directory below shows; see the kernel's overlayfs.rst. */
  private static final String OPAQUE = "overlay.opaque";
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int FILE_TYPE = 0170000;

  private final UnionTree tree;

  /** Of a tree. */
  Changes(UnionTree tree) {
    this.tree = tree;
  }

  /**
   * Changes a directory.
   *
   * @param upper an overlay's upper directory; nothing is done if it is not there
   */
  void apply(Path upper, Path directory) throws IOException {
    if (!Files.isDirectory(upper, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Freeze.open(upper);
    List<Path> entries = Trees.entries(upper);
    if (isOpaque(upper)) {
      tree.open(directory);
      for (Path old : Trees.entries(directory)) {
        tree.remove(old);
      }
    }
    for (Path entry : entries) {
      apply(entry, directory.resolve(entry.getFileName().toString()), directory);
    }
  }

  private void apply(Path entry, Path place, Path directory) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isDirectory()) {
      if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
        replace(place, directory);
        Files.createDirectory(place);
        tree.made(place);
      }
      apply(entry, place);
    } else if (attributes.isSymbolicLink()) {
      Path to = Files.readSymbolicLink(entry);
      if (!(Files.isSymbolicLink(place) && Files.readSymbolicLink(place).equals(to))) {
        replace(place, directory);
        Files.createSymbolicLink(place, to);
        tree.made(place);
      }
    } else if (attributes.isRegularFile()) {
      file(entry, place, directory);
    } else if (isWhiteout(entry)) {
      replace(place, directory);
    } // anything else lives only as long as the program that made it
  }

  private void file(Path entry, Path place, Path directory) throws IOException {
    boolean executable = Files.getPosixFilePermissions(entry, LinkOption.NOFOLLOW_LINKS).contains(PosixFilePermission.OWNER_EXECUTE);
    makeReadable(entry);
    if (Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS) && Files.isExecutable(place) == executable && Files.mismatch(place, entry) < 0) {
      return; // it was only touched: stays one with that of the item
    }
    replace(place, directory);
    Files.copy(entry, place, LinkOption.NOFOLLOW_LINKS);
    Files.setPosixFilePermissions(place, executable ? Freeze.OPEN : Freeze.CLOSED);
    tree.made(place);
  }

  /** Its owner may not be allowed to read it. Nothing else is changed: another name of the same file is still to come. */
  private static void makeReadable(Path file) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
    if (permissions.add(PosixFilePermission.OWNER_READ)) {
      Files.setPosixFilePermissions(file, permissions);
    }
  }

  /** Makes room. */
  private void replace(Path place, Path directory) throws IOException {
    tree.open(directory);
    tree.remove(place);
  }

  private static boolean isOpaque(Path directory) throws IOException {
    UserDefinedFileAttributeView attributes = Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.list().contains(OPAQUE)) {
      return false;
    }
    ByteBuffer value = ByteBuffer.allocate(attributes.size(OPAQUE));
    attributes.read(OPAQUE, value);
    return StandardCharsets.ISO_8859_1.decode(value.flip()).toString().equals("y");
  }

  private static boolean isWhiteout(Path entry) throws IOException {
    int mode = (Integer) Files.getAttribute(entry, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return (mode & FILE_TYPE) == CHARACTER_DEVICE && (Long) Files.getAttribute(entry, "unix:rdev", LinkOption.NOFOLLOW_LINKS) == 0;
  }
}
