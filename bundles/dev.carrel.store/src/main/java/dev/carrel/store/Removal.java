package dev.carrel.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** Removes trees, whatever programs have made in them: directories that nobody may read, and ways longer than a system call takes. */
final class Removal extends SimpleFileVisitor<Path> {
  /** The kernel's PATH_MAX is told by these words only. */
  private static final String TOO_LONG = "File name too long";

  private Removal() {}

  static void remove(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      Files.walkFileTree(tree, new Removal());
    } catch (FileSystemException e) {
      if (!TOO_LONG.equals(e.getReason())) {
        throw e;
      }
      flatten(tree);
    }
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
    Freeze.open(directory);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
    if (!(failure instanceof AccessDeniedException) || !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) || Files.isReadable(path)) {
      throw failure;
    }
    Freeze.open(path);
    remove(path);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Files.delete(file);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
    if (failure != null) {
      throw failure;
    }
    Files.delete(directory);
    return FileVisitResult.CONTINUE;
  }

  /** What is in a directory of the tree is moved to its top before it is looked into, so that no way is long. */
  private static void flatten(Path tree) throws IOException {
    Freeze.open(tree);
    long number = 0;
    for (List<Path> entries = Trees.entries(tree); !entries.isEmpty(); entries = Trees.entries(tree)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          Freeze.open(entry);
          for (Path child : Trees.entries(entry)) {
            if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
              Freeze.open(child);
              Path place = tree.resolve("moved-" + number++);
              while (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                place = tree.resolve("moved-" + number++);
              }
              Files.move(child, place);
            } else {
              Files.delete(child);
            }
          }
        }
        Files.delete(entry);
      }
    }
    Files.delete(tree);
  }
}
