package dev.carrel.shell;

import java.nio.file.Path;
import java.util.Map;

/** The caller's home directory. */
final class HomeDirectory {
  private HomeDirectory() {}

  /** Always an absolute one: for who has no account, Java's is not, and what lies below it could be anybody's. */
  static Path of(Map<String, String> environment) {
    String home = System.getProperty("user.home");
    if (!home.startsWith("/")) {
      home = environment.getOrDefault("HOME", "");
    }
    return home.startsWith("/") ? Path.of(home) : Path.of("/");
  }
}
