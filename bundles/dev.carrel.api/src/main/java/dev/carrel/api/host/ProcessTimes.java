package dev.carrel.api.host;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** When processes were started: a pid and that time are one process's alone, as long as the host is not booted again. */
public final class ProcessTimes {
  private ProcessTimes() {}

  /** In clock ticks since the host was booted; see proc_pid_stat(5), field 22. 0 if no such process is there, or only its remains. */
  public static long startTime(long pid) {
    String stat = read("/proc/" + pid + "/stat");
    int at = stat.lastIndexOf(')') + 2; // the name before may have anything in it
    if (at >= stat.length() || stat.charAt(at) == 'Z' || stat.charAt(at) == 'X') {
      return 0;
    }
    for (int field = 3; field < 22; field++) {
      at = stat.indexOf(' ', at) + 1;
    }
    return Long.parseLong(stat.substring(at, stat.indexOf(' ', at)));
  }

  /** What is another each time the host is booted; see random(4). */
  public static String boot() {
    return read("/proc/sys/kernel/random/boot_id").strip();
  }

  /** The empty string if it is not there. */
  private static String read(String file) {
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] content = new byte[4096];
      return new String(content, 0, Math.max(in.read(content), 0), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
