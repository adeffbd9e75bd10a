package dev.carrel.api.mount;

/** What else is forbidden in a mounted tree of the host; setuid files and, mostly, devices have no effect in any. See mount_setattr(2). */
public enum MountFlag {
  /** No program in it can be executed. */
  NO_EXEC,
  /** Symbolic links in it are not followed. */
  NO_SYMLINKS
}
