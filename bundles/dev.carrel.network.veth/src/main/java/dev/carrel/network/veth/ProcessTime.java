package dev.carrel.network.veth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** When a process was started: with its pid it is the same process for certain. */
final class ProcessTime {
  /** The place of starttime behind the name, which is in parentheses; see proc_pid_stat(5). */
  private static final int FIELD = 20;
  /** The place of the state. */
  private static final int STATE = 1;

  private ProcessTime() {}

  /** In clock ticks since the host was booted; 0 if it has ended. */
  static long of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')')).split(" ");
      return fields[STATE].equals("Z") || fields[STATE].equals("X") ? 0 : Long.parseLong(fields[FIELD]);
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }
}
