package dev.carrel.api.mount;

import java.util.Optional;

/** What else is forbidden in a mounted tree of the host; setuid files and, mostly, devices have no effect in any. See mount_setattr(2). */
public enum MountFlag {
  /** No program in it can be executed. */
  NO_EXEC("noexec"),
  /** Symbolic links in it are not followed. */
  NO_SYMLINKS("nosymfollow"),
  /** Reading a directory leaves its access time. */
  NO_DIRECTORY_TIMES("nodiratime");

  private final String label;

  MountFlag(String label) {
    this.label = label;
  }

  /** The word on a command line, as in mount(8). */
  public String label() {
    return label;
  }

  /** The one of a word. */
  public static Optional<MountFlag> of(String label) {
    for (MountFlag flag : values()) {
      if (flag.label.equals(label)) {
        return Optional.of(flag);
      }
    }
    return Optional.empty();
  }
}
