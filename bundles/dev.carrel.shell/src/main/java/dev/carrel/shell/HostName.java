package dev.carrel.shell;

/** Names of hosts; see hostname(7). */
final class HostName {
  private static final int LONGEST = 64;

  private HostName() {}

  static boolean isOne(String name) {
    int last = name.length() - 1;
    for (int i = 0; i <= last; i++) {
      char c = name.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!letter && (i == 0 || i == last || c != '-' && c != '.')) {
        return false;
      }
    }
    return last >= 0 && last < LONGEST;
  }
}
