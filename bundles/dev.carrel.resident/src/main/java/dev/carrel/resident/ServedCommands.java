package dev.carrel.resident;

import java.util.List;
import java.util.Set;

/** Which command lines are done here: those that ask nothing of the process that they would otherwise be. */
final class ServedCommands {
  private static final Set<String> COMMANDS = Set.of("allow", "backend", "clean", "connect", "container", "create", "deny", "environment", "exec", "inspect", "kill", "list",
      "lock", "logs", "network", "pause", "plan", "processes", "profile", "remove", "resume", "run", "shell", "start", "stop", "store", "system", "update", "wait");
  /** Descriptors that the caller was given, and files that are others here. */
  private static final List<String> OF_THE_PROCESS = List.of("/proc/self", "/proc/thread-self", "/dev/fd", "/dev/std", "/dev/tty");
  /** Options that name descriptors, or have the process become another one. */
  private static final Set<String> OPTIONS = Set.of("--preserve-fds", "--args", "--info-fd", "--json-status-fd", "--pure", "--check");

  private ServedCommands() {}

  static boolean include(List<String> words) {
    if (words.isEmpty() || !COMMANDS.contains(words.get(0))) {
      return false;
    }
    for (String word : words.subList(1, words.size())) {
      if (word.equals("--")) {
        return true;
      }
      int equals = word.indexOf('=');
      if (OPTIONS.contains(equals < 0 ? word : word.substring(0, equals))) {
        return false;
      }
      for (String place : OF_THE_PROCESS) {
        if (word.contains(place)) {
          return false;
        }
      }
    }
    return true;
  }
}
