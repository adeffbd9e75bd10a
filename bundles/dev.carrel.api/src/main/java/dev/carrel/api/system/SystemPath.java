package dev.carrel.api.system;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths inside a system. */
public final class SystemPath {
  private SystemPath() {}

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is relative, has {@code .}, {@code ..} or a control character in it
   */
  public static Path of(String text) {
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("'" + text.replace('\0', '?') + "' is no path");
    }
    check(path);
    return path;
  }

  /** Absolute, without {@code .} and {@code ..}, and on one line. */
  static void check(Path path) {
    if (!path.isAbsolute() || !path.equals(path.normalize())) {
      throw new IllegalArgumentException("'" + path + "' is no path inside a system: it is absolute, without '.' and '..'");
    }
    if (path.toString().chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("the path '" + path + "' has a control character");
    }
  }
}
