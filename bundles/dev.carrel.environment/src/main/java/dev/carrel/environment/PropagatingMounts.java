package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which mounts of the host tell others of what is mounted below them; see proc_pid_mountinfo(5). */
final class PropagatingMounts {
  private static final Path TABLE = Path.of("/proc/self/mountinfo");
  private static final int POINT = 4;
  private static final int OPTIONAL_FIELDS = 6;

  private PropagatingMounts() {}

  /** @throws CarrelException of kind USAGE if nothing that is mounted below a file later could be seen elsewhere */
  static void check(Path source) {
    String[] best = {};
    Path mounted = Path.of("/");
    try {
      for (String line : Files.readAllLines(TABLE, StandardCharsets.UTF_8)) {
        String[] fields = line.split(" ");
        Path point = Path.of(unescaped(fields[POINT]));
        if (source.startsWith(point) && point.getNameCount() >= mounted.getNameCount()) {
          best = fields;
          mounted = point;
        }
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot look at the host's mounts: " + e.getMessage(), e);
    }
    for (int i = OPTIONAL_FIELDS; i < best.length && !best[i].equals("-"); i++) {
      if (best[i].startsWith("shared:") || best[i].startsWith("master:")) {
        return;
      }
    }
    throw CarrelException.usage("cannot mount " + source + " with propagation=slave: it lies on the mount at " + mounted
        + ", which is private, so that nothing mounted there later is seen elsewhere. Make it shared first: mount --make-shared " + mounted);
  }

  /** Blanks, newlines and backslashes stand there in octal. */
  private static String unescaped(String field) {
    StringBuilder text = new StringBuilder(field.length());
    for (int i = 0; i < field.length(); i++) {
      boolean escaped = field.charAt(i) == '\\' && i + 3 < field.length();
      text.append(escaped ? (char) Integer.parseInt(field.substring(i + 1, i + 4), 8) : field.charAt(i));
      i += escaped ? 3 : 0;
    }
    return text.toString();
  }
}
