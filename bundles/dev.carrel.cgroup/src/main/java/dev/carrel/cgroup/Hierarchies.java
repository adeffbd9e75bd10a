package dev.carrel.cgroup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where control groups are mounted.
 *
 * @param first the hierarchies of version 1, by their controllers
 * @param second that of version 2
 */
record Hierarchies(Map<Controller, Path> first, Optional<Path> second) {
  private static final int MOUNT_POINT = 4;
  private static final int OCTAL = 8;

  Hierarchies {
    first = Map.copyOf(first);
  }

  /** As this process sees them. */
  static Hierarchies ofHost() throws IOException {
    return of(Files.readString(Path.of("/proc/self/mountinfo"), StandardCharsets.UTF_8));
  }

  /** As a file says that is described in proc_pid_mountinfo(5). */
  static Hierarchies of(String mountinfo) {
    Map<Controller, Path> first = new EnumMap<>(Controller.class);
    Optional<Path> second = Optional.empty();
    for (String line : mountinfo.split("\n")) {
      int separator = line.indexOf(" - ");
      String[] mount = separator < 0 ? new String[0] : line.substring(0, separator).split(" ");
      String[] source = separator < 0 ? new String[0] : line.substring(separator + 3).split(" ");
      if (mount.length <= MOUNT_POINT || source.length == 0) {
        continue;
      }
      if (source[0].equals("cgroup2") && second.isEmpty()) {
        second = Optional.of(Path.of(unescaped(mount[MOUNT_POINT])));
      } else if (source[0].equals("cgroup")) {
        for (String option : source[source.length - 1].split(",")) {
          Optional<Controller> controller = Controller.ofFirst(option);
          if (controller.isPresent()) {
            first.putIfAbsent(controller.get(), Path.of(unescaped(mount[MOUNT_POINT])));
          }
        }
      }
    }
    return new Hierarchies(first, second);
  }

  /** A blank is \040 there. */
  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\' && i + 3 < text.length()) {
        plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), OCTAL));
        i += 3;
      } else {
        plain.append(text.charAt(i));
      }
    }
    return plain.toString();
  }
}
