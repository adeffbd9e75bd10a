package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.GuestUser;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Host;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The user inside.
 *
 * @param account who it is inside; every field fits into a line of passwd(5)
 * @param hostHome the home directory of the caller on the host, if it has another place inside
 */
record Resident(Account account, Optional<Path> hostHome) {
  private static final long OTHER_ID = 1000;
  /** Where a container has something of its own, or read-only: no home directory can be made there. */
  private static final Set<String> TAKEN = Set.of("proc", "sys", "dev", "usr", "etc", "var", "opt", "srv", "bin", "sbin",
      "lib", "lib32", "lib64", "libx32", "run");

  /** The caller, or somebody else by name: then with uid and gid 1000, as Guix does it. */
  static Resident of(Host host, Optional<String> name, Optional<GuestUser> ids) {
    Resident resident = of(host, name);
    if (ids.isEmpty()) {
      return resident;
    }
    Account account = resident.account();
    return new Resident(new Account(account.name(), ids.get().uid(), ids.get().gid(), account.gecos(), account.home(), account.shell()),
        resident.hostHome());
  }

  private static Resident of(Host host, Optional<String> name) {
    Account caller = host.account();
    if (name.isEmpty()) {
      String login = login(caller.name());
      return new Resident(new Account(login, caller.uid(), caller.gid(), field(caller.gecos()), home(caller.home(), login),
          caller.shell()), Optional.empty());
    }
    String user = name.get();
    if (!isUserName(user)) {
      throw CarrelException.usage("cannot call the user inside '" + user + "': a user name begins with a letter or '_' and has"
          + " up to 32 lower-case letters, digits, '-' and '_'. Give --user another name");
    }
    boolean moves = caller.home().isAbsolute() && caller.home().getNameCount() > 0;
    return new Resident(new Account(user, OTHER_ID, OTHER_ID, "", Path.of("/home", user), "/bin/sh"),
        moves ? Optional.of(caller.home()) : Optional.empty());
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

  /** The home directory of a user inside: as on the host, if there can be one. */
  private static Path home(Path home, String login) {
    Path plain = home.normalize();
    boolean possible = plain.isAbsolute() && plain.getNameCount() > 0 && !TAKEN.contains(plain.getName(0).toString())
        && !plain.equals(Path.of("/tmp")) && !plain.equals(Path.of("/home")) && plain.toString().equals(field(plain.toString()));
    return possible ? plain : Path.of("/home", login);
  }

  /** A name that is also one of a directory; an unknown user's comes from the environment and may be anything. */
  private static String login(String name) {
    String plain = field(name).replace('/', '_');
    return plain.isBlank() || plain.equals(".") || plain.equals("..") ? "user" : plain;
  }

  /** Text that neither ends a field of passwd(5) nor its line. */
  private static String field(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      clean.append(c == ':' || c < ' ' ? ' ' : c);
    }
    return clean.toString();
  }

  /** Where a path of the host is inside: what is at or below the home directory moves with it. */
  Path inside(Path path) {
    if (hostHome.isPresent() && path.startsWith(hostHome.get())) {
      return account.home().resolve(hostHome.get().relativize(path));
    }
    return path;
  }
}
