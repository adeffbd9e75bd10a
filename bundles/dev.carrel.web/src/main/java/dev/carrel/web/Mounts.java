package dev.carrel.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is mounted in a container, as the kernel tells it of a process in there: proc_pid_mountinfo(5). */
record Mounts(List<Mount> all) {
  private static final int FIELDS = 6;

  /**
   * One mount.
   *
   * @param target where, inside
   * @param source what of which file system
   * @param flags such as {@code ro,nosuid}
   */
  record Mount(String target, String type, String source, String flags) {}

  /** Of the first of these processes that may be looked at; none if there is no such. */
  static Mounts of(List<Long> pids) {
    for (long pid : pids) {
      try {
        return parse(Files.readAllLines(Path.of("/proc", Long.toString(pid), "mountinfo"), StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        // it has ended, or may not be looked at: the next one
      }
    }
    return new Mounts(List.of());
  }

  static Mounts parse(List<String> lines) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : lines) {
      String[] halves = line.split(" - ", 2);
      String[] first = halves[0].split(" ");
      String[] second = halves.length < 2 ? new String[0] : halves[1].split(" ");
      if (first.length >= FIELDS && second.length >= 2) {
        String root = unescaped(first[3]);
        mounts.add(new Mount(unescaped(first[4]), second[0], root.equals("/") ? unescaped(second[1]) : root, first[5]));
      }
    }
    return new Mounts(mounts);
  }

  /** Spaces and their like are octal numbers there. */
  private static String unescaped(String field) {
    byte[] bytes = new byte[field.length()];
    int length = 0;
    for (int i = 0; i < field.length(); i++) {
      if (field.startsWith("\\", i) && field.substring(i).matches("\\\\[0-7]{3}.*")) {
        bytes[length++] = (byte) Integer.parseInt(field.substring(i + 1, i + 4), 8);
        i += 3;
      } else {
        bytes[length++] = (byte) field.charAt(i);
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
