package dev.carrel.cgroup;

import java.nio.file.Path;

/**
 * The process that makes a group, in the name of that: when it is gone and the group is empty, nobody needs it any more.
 *
 * @param pid its pid
 * @param started when it was started, in clock ticks since the host was booted
 */
record Maker(long pid, long started) {
  /** Behind the name in parentheses, which may have blanks and parentheses itself; see proc_pid_stat(5). */
  private static final int STARTED_AT = 19;

  static Maker self() {
    long pid = ProcessHandle.current().pid();
    return new Maker(pid, started(pid));
  }

  /** 0 if there is no such process. */
  private static long started(long pid) {
    String stat = KernelFile.read(Path.of("/proc/" + pid + "/stat")).orElse("");
    String[] words = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    return words.length > STARTED_AT ? Long.parseLong(words[STARTED_AT]) : 0;
  }

  /** Whether the maker in a group's name lives: {@code owner-pid-started-number}. */
  static boolean lives(String leaf) {
    String[] words = leaf.split("-");
    try {
      return words.length == 4 && started(Long.parseLong(words[1])) == Long.parseLong(words[2]);
    } catch (NumberFormatException e) {
      return true; // not made by Carrel: not to be touched
    }
  }

  @Override
  public String toString() {
    return pid + "-" + started;
  }
}
