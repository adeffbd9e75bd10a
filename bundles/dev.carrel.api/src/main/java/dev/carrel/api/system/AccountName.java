package dev.carrel.api.system;

/** What is common to names of users and groups; see useradd(8). */
final class AccountName {
  private static final long MOST = 65_533; // 65534 is nobody, and ids of a system end at 65535

  private AccountName() {}

  static void check(String kind, String name, long id) {
    if (!name.matches("[a-z_][a-z0-9_-]{0,31}")) {
      throw new IllegalArgumentException("'" + name + "' is no name of a " + kind
          + ": lower-case letters, digits, '-' and '_', at most 32, beginning with a letter or '_'");
    }
    if (id < 0 || id > MOST) {
      throw new IllegalArgumentException("the id of the " + kind + " " + name + " is 0 to " + MOST + ", not " + id);
    }
  }
}
