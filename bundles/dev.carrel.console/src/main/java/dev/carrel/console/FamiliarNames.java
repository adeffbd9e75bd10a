package dev.carrel.console;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What people call commands who come from Docker, Podman or Guix, and what Carrel calls them. */
final class FamiliarNames {
  private static final Map<String, String> NAMES = Map.ofEntries(
      Map.entry("ps", "list"), Map.entry("ls", "list"), Map.entry("rm", "remove"), Map.entry("stats", "top"), Map.entry("unpause", "resume"),
      Map.entry("prune", "clean"), Map.entry("info", "doctor"), Map.entry("enter", "exec"), Map.entry("attach", "logs --follow"),
      Map.entry("install", "profile install"), Map.entry("search", "profile search"), Map.entry("package", "profile"),
      Map.entry("images", "store list"), Map.entry("gc", "store gc"), Map.entry("time-machine", "lock"));

  private FamiliarNames() {}

  /** Carrel's words for it, if they begin with a command that there is. */
  static Optional<String> own(String name, Set<String> commands) {
    return Optional.ofNullable(NAMES.get(name)).filter(own -> commands.contains(own.split(" ")[0]));
  }
}
