package dev.carrel.cgroup;

import dev.carrel.api.host.ProcessTimes;

/**
 * The process that makes a group, in the name of that: when it is gone and the group is empty, nobody needs it any more.
 *
 * @param pid its pid
 * @param started when it was started, in clock ticks since the host was booted
 */
record Maker(long pid, long started) {
  static Maker self() {
    long pid = ProcessHandle.current().pid();
    return new Maker(pid, ProcessTimes.startTime(pid));
  }

  /** Whether the maker in a group's name lives: {@code owner-pid-started-number}. */
  static boolean lives(String leaf) {
    String[] words = leaf.split("-");
    try {
      return words.length == 4 && ProcessTimes.startTime(Long.parseLong(words[1])) == Long.parseLong(words[2]);
    } catch (NumberFormatException e) {
      return true; // not made by Carrel: not to be touched
    }
  }

  @Override
  public String toString() {
    return pid + "-" + started;
  }
}
