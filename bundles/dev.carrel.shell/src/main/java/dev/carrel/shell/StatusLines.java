package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells another program about a container, through a descriptor that it has given Carrel: when it has started, which pid and which
 * namespaces it has, and in the end its exit status, each a line of JSON with the names that bubblewrap uses. One whose program could not be
 * executed has no exit status.
 *
 * @param descriptor its number
 * @param exit whether the exit status is wanted as well
 */
record StatusLines(int descriptor, boolean exit) {
  private static final String[] NAMESPACES = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};

  /** @throws CarrelException if nothing can be written there: the container is ended then */
  void started(Container container) {
    Map<String, Object> line = new LinkedHashMap<>();
    long pid = container.process().pid();
    line.put("child-pid", pid);
    line.put("id", container.id());
    for (String namespace : NAMESPACES) {
      inode(pid, namespace).ifPresent(number -> line.put(namespace + "-namespace", number));
    }
    try {
      write(line);
    } catch (IOException e) {
      container.stop(java.time.Duration.ZERO);
      throw CarrelException.failed("cannot tell of the container's start: cannot write to descriptor " + descriptor + ": " + e.getMessage()
          + ". Give one that is open", e);
    }
  }

  void ended(int status) {
    if (exit) {
      try {
        write(Map.of("exit-code", status));
      } catch (IOException e) {
        System.err.println("carrel: cannot tell of the container's end: cannot write to descriptor " + descriptor + ": " + e.getMessage());
      }
    }
  }

  /** From a link such as {@code net:[4026531840]}; a process that has ended has none. */
  private static Optional<Long> inode(long pid, String namespace) {
    try {
      String link = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + namespace)).toString();
      return Optional.of(Long.parseLong(link.substring(link.indexOf('[') + 1, link.length() - 1)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void write(Map<String, Object> line) throws IOException {
    try (OutputStream out = new FileOutputStream("/proc/self/fd/" + descriptor, true)) {
      out.write(Json.line(line).getBytes(StandardCharsets.UTF_8));
    }
  }
}
