package dev.carrel.api.system;

import java.nio.file.Path;

/** Modes of files in a system. */
final class SystemMode {
  private static final int MOST = 01777;

  private SystemMode() {}

  /** Files have no set-id bits: what is to be run as somebody else is a service. */
  static void check(Path path, int mode) {
    if (mode < 0 || mode > MOST) {
      throw new IllegalArgumentException("the mode of " + path + " is 0 to 1777 in octal, not " + Integer.toOctalString(mode));
    }
  }
}
