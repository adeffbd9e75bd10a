package dev.carrel.store.debian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Names a state of fetched lists. A Release file has the hashes of all lists that belong to it, so that its content
 * stands for theirs; lists without one (a source that the host trusts without signature) are read themselves. The names
 * of the files tell sources, components and architectures.
 */
final class ListsDigest {
  private ListsDigest() {}

  static String of(Path lists) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(lists)) {
      all.filter(Files::isRegularFile).filter(file -> !file.endsWith("lock")).sorted().forEach(files::add);
    }
    Set<String> released = new TreeSet<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (isRelease(name)) {
        released.add(name.substring(0, name.lastIndexOf('_') + 1));
      }
    }
    Sha256 sha = new Sha256();
    for (Path file : files) {
      String name = file.getFileName().toString();
      sha.text("\n" + name + " " + Files.size(file) + "\n");
      if (isRelease(name) || !hasRelease(name, released)) {
        sha.file(file);
      }
    }
    return sha.hex();
  }

  private static boolean isRelease(String name) {
    return name.endsWith("_InRelease") || name.endsWith("_Release");
  }

  private static boolean hasRelease(String name, Set<String> prefixes) {
    for (String prefix : prefixes) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
