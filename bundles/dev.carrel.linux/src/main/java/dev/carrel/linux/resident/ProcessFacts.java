package dev.carrel.linux.resident;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code /proc} tells of a process; see proc(5). */
final class ProcessFacts {
  private ProcessFacts() {}

  /** Its arguments, without the name of the program. */
  static List<String> words(int pid) throws IOException {
    List<String> all = strings(pid, "cmdline");
    return all.isEmpty() ? all : all.subList(1, all.size());
  }

  static Map<String, String> environment(int pid) throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String variable : strings(pid, "environ")) {
      int equals = variable.indexOf('=', 1);
      if (equals > 0) {
        variables.putIfAbsent(variable.substring(0, equals), variable.substring(equals + 1)); // as getenv(3) finds them
      }
    }
    return variables;
  }

  /** As Java reads its own. */
  private static List<String> strings(int pid, String file) throws IOException {
    String all = new String(Files.readAllBytes(Path.of("/proc/" + pid + "/" + file)), Charset.defaultCharset());
    List<String> strings = new ArrayList<>();
    for (int from = 0; from < all.length(); ) {
      int to = all.indexOf(0, from);
      strings.add(all.substring(from, to < 0 ? all.length() : to));
      from = to < 0 ? all.length() : to + 1;
    }
    return strings;
  }

  static Path program(int pid) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"));
  }

  static Path directory(int pid) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd"));
  }

  /** A bit for each signal, the first being the lowest. */
  static long ignoredSignals(int pid) {
    try {
      String status = Files.readString(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1);
      int at = status.indexOf("\nSigIgn:\t");
      return at < 0 ? 0 : Long.parseUnsignedLong(status.substring(at + 9, at + 25), 16);
    } catch (IOException e) {
      return 0;
    }
  }
}
