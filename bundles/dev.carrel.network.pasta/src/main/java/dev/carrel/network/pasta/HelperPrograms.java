package dev.carrel.network.pasta;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Programs of the host. */
final class HelperPrograms {
  /** Not the PATH of the user, in which anything may stand. */
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

  private HelperPrograms() {}

  static Optional<Path> find(String name) {
    for (String directory : PATH.split(":")) {
      Path program = Path.of(directory, name);
      if (Files.isExecutable(program)) {
        return Optional.of(program);
      }
    }
    return Optional.empty();
  }
}
