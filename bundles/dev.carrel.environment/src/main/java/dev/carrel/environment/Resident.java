package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Host;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The user inside.
 *
 * @param account who it is inside
 * @param hostHome the home directory of the caller on the host
 */
record Resident(Account account, Path hostHome) {
  private static final long OTHER_ID = 1000;
  private static final Path ROOT = Path.of("/");

  /** The caller, or somebody else by name: then with uid and gid 1000, as Guix does it. */
  static Resident of(Host host, Optional<String> name) {
    Account caller = host.account();
    if (name.isEmpty()) {
      Path home = caller.home().equals(ROOT) ? Path.of("/home", caller.name()) : caller.home();
      return new Resident(new Account(caller.name(), caller.uid(), caller.gid(), clean(caller.gecos()), home, caller.shell()),
          caller.home());
    }
    String user = name.get();
    if (!isUserName(user)) {
      throw CarrelException.usage("cannot call the user inside '" + user + "': a user name begins with a letter or '_' and has"
          + " up to 32 lower-case letters, digits, '-' and '_'");
    }
    return new Resident(new Account(user, OTHER_ID, OTHER_ID, "", Path.of("/home", user), "/bin/sh"), caller.home());
  }

  /** useradd(8)'s rule. */
  private static boolean isUserName(String name) {
    if (name.isEmpty() || name.length() > 32) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c == '_';
      if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '-'))) {
        return false;
      }
    }
    return true;
  }

  private static String clean(String gecos) {
    return gecos.replace(':', ' ').replace('\n', ' ');
  }

  /** The caller's home directory and what is below it is the home directory inside. */
  Path inside(Path path) {
    return hostHome.equals(ROOT) ? path : ContainerWorkplaces.moved(path, hostHome, account.home());
  }
}
