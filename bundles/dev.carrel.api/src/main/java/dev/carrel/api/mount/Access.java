package dev.carrel.api.mount;

/** Whether a mapping may be written. The names are those of {@code guix shell --expose} and {@code --share}. */
public enum Access {
  /** Read-only, submounts included. */
  EXPOSE,
  /** Writable as far as the host lets the user write. */
  SHARE
}
