package dev.carrel.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Lists and copies trees. */
final class Trees {
  private Trees() {}

  /** What a directory has, all read before anything is done with it. */
  static List<Path> entries(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    }
    return entries;
  }

  /**
   * Copies all that a directory has into another; links stay links.
   *
   * @return the sizes of the files
   */
  static long copy(Path from, Path to) throws IOException {
    long size = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(from)) {
      for (Path entry : entries) {
        Path place = to.resolve(entry.getFileName());
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectory(place);
          size += copy(entry, place);
        } else {
          Files.copy(entry, place, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
          size += Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS) ? Files.size(place) : 0;
        }
      }
    }
    return size;
  }
}
