package dev.carrel.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** Copies and measures trees. */
final class Trees {
  private Trees() {}

  /** How much the files of a tree take, in bytes. */
  static long size(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      long size = 0;
      for (Path path : (Iterable<Path>) paths::iterator) {
        size += Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
      }
      return size;
    }
  }

  /** Copies all that a directory has into another; links stay links. */
  static void copy(Path from, Path to) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(from)) {
      for (Path entry : entries) {
        Path place = to.resolve(entry.getFileName());
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectory(place);
          copy(entry, place);
        } else {
          Files.copy(entry, place, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }
}
