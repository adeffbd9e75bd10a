package dev.carrel.network.pasta;

/** When processes were started: a pid and that time are one process's alone, as long as the host is not booted again. */
final class ProcessTimes {
  private ProcessTimes() {}

  /** In clock ticks since the host was booted; see proc_pid_stat(5), field 22. 0 if no such process is there, or only its remains. */
  static long startTime(long pid) {
    String stat = KernelFiles.read("/proc/" + pid + "/stat");
    int at = stat.lastIndexOf(')') + 2; // the name before may have anything in it
    if (at >= stat.length() || stat.charAt(at) == 'Z' || stat.charAt(at) == 'X') {
      return 0;
    }
    for (int field = 3; field < 22; field++) {
      at = stat.indexOf(' ', at) + 1;
    }
    return Long.parseLong(stat.substring(at, stat.indexOf(' ', at)));
  }

  static String boot() {
    return KernelFiles.read("/proc/sys/kernel/random/boot_id").strip();
  }
}
