package dev.carrel.store.debian;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of the host Carrel's use of apt depends on.
 *
 * @param etc apt's configuration: sources, keyrings, pins; {@code /etc/apt}
 * @param programs the directories in which programs are looked for; the caller's {@code PATH} does not count
 * @param environment the environment of this process, of which apt gets only the home directory and the proxies
 */
record AptPaths(Path etc, List<Path> programs, Map<String, String> environment) {
  AptPaths {
    programs = List.copyOf(programs);
    environment = Map.copyOf(environment);
  }

  /** Those of this host. */
  static AptPaths host() {
    return new AptPaths(
        Path.of("/etc/apt"),
        List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/sbin"), Path.of("/bin"), Path.of("/usr/lib/apt")),
        System.getenv());
  }

  /** Where a program is, if it is there and can be executed. */
  Optional<Path> program(String name) {
    for (Path directory : programs) {
      Path candidate = directory.resolve(name);
      if (Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
