package dev.carrel.resident;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The distribution that this runtime was started from.
 *
 * @param key of its directory: another one takes its place when Carrel is built or installed anew
 */
record Installation(Path home, String key) {
  static Installation of(Path home) {
    return new Installation(home, key(home));
  }

  private static String key(Path home) {
    try {
      return Files.getAttribute(home, "unix:dev") + ":" + Files.getAttribute(home, "unix:ino") + ":" + Files.getAttribute(home.resolve("lib"), "unix:ino");
    } catch (IOException e) {
      return "";
    }
  }

  /** Whether a program is of this distribution, and that is still what this runtime was started from. */
  boolean has(Path program) {
    try {
      return program.startsWith(home.toRealPath()) && !key.isEmpty() && key.equals(key(home));
    } catch (IOException e) {
      return false;
    }
  }
}
