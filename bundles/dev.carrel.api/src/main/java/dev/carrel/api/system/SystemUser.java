package dev.carrel.api.system;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A user of a system.
 *
 * @param group the name of the first group
 * @param groups the names of the others
 * @param comment who that is; may be empty
 * @param home made at the first start if it is not there
 * @param password a hash of it as crypt(5) has it; empty: there is none, and nobody logs in with one
 */
public record SystemUser(
    String name, long uid, String group, List<String> groups, String comment, Path home, Path shell, Optional<String> password) {
  public SystemUser {
    AccountName.check("user", name, uid);
    Objects.requireNonNull(group);
    groups = List.copyOf(groups);
    if (comment.matches("(?s).*[:\\p{Cntrl}].*")) {
      throw new IllegalArgumentException("the comment of the user " + name + " has a ':' or a control character, which passwd(5) cannot hold");
    }
    SystemPath.check(home);
    SystemPath.check(shell);
    if (home.toString().indexOf(':') >= 0 || shell.toString().indexOf(':') >= 0) {
      throw new IllegalArgumentException("a path of the user " + name + " has a ':', which passwd(5) cannot hold");
    }
    if (password.isPresent() && !password.get().matches("\\$[A-Za-z0-9]{1,8}\\$[A-Za-z0-9./$=,+-]{8,200}")) {
      throw new IllegalArgumentException("the password of the user " + name + " is no hash of one: openssl passwd -6 makes one, as $6$...");
    }
  }
}
