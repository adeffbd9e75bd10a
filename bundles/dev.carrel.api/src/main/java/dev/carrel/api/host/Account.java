package dev.carrel.api.host;

import java.nio.file.Path;
import java.util.Objects;

/** A user, as a line of passwd(5). */
public record Account(String name, long uid, long gid, String gecos, Path home, String shell) {
  public Account {
    Objects.requireNonNull(name);
    Objects.requireNonNull(gecos);
    Objects.requireNonNull(home);
    Objects.requireNonNull(shell);
  }
}
