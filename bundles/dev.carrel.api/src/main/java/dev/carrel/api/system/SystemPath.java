package dev.carrel.api.system;

import java.nio.file.Path;

/** Paths inside a system. */
final class SystemPath {
  private SystemPath() {}

  /** Absolute, without {@code .} and {@code ..}, and on one line. */
  static void check(Path path) {
    if (!path.isAbsolute() || !path.equals(path.normalize())) {
      throw new IllegalArgumentException("'" + path + "' is no path inside a system: it is absolute, without '.' and '..'");
    }
    if (path.toString().chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a path has a control character");
    }
  }
}
