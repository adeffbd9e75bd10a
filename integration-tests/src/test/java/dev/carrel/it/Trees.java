package dev.carrel.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Whole directories. */
final class Trees {
  private Trees() {}

  /** Removes it all, also what nobody may write, as a store's items; follows no link. */
  static void delete(Path root) throws IOException {
    for (Path file : all(root).toList()) {
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
      }
    }
    for (Path file : all(root).sorted(Comparator.reverseOrder()).toList()) {
      Files.deleteIfExists(file);
    }
  }

  /** Copies a file or a directory; everybody may read the copy. */
  static void copyForAll(Path source, Path target) throws IOException {
    for (Path file : all(source).toList()) {
      Path copy = target.resolve(source.relativize(file).toString());
      Files.copy(file, copy, LinkOption.NOFOLLOW_LINKS);
      boolean program = Files.isDirectory(file) || Files.isExecutable(file);
      Files.setPosixFilePermissions(copy,
          PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  private static Stream<Path> all(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> list = files.toList();
      return list.stream();
    }
  }
}
