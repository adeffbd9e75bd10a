package dev.carrel.network.pasta;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.IdMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Who is root in a container's user namespace, and for the host somebody without rights.
 *
 * @param user 0 inside, or, where that does not exist, the first that does
 * @param group the same for groups
 */
record InsideRoot(IdMapping user, IdMapping group) {
  /**
   * That of a process's user namespace.
   *
   * @throws CarrelException if it has ended
   */
  static InsideRoot of(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      return new InsideRoot(first(Files.readString(process.resolve("uid_map"))), first(Files.readString(process.resolve("gid_map"))));
    } catch (IOException e) {
      throw CarrelException.failed("cannot attach the container to a network: it has ended", e);
    }
  }

  /** See user_namespaces(7): each line has an id inside, one outside and a number of them. */
  static IdMapping first(String map) throws IOException {
    IdMapping first = null;
    for (String line : map.split("\n")) {
      String[] numbers = line.strip().split(" +");
      if (numbers.length == 3) {
        IdMapping one = new IdMapping(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), 1);
        first = first == null || one.inside() == 0 ? one : first;
      }
    }
    if (first == null) {
      throw new IOException("no id is mapped");
    }
    return first;
  }
}
