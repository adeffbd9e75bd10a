package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.FileIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Sources that are descriptors of this process. The kernel lets a new mount namespace have only what is found in it by a path (open_tree(2)
 * refuses what belongs to another). So the path that the descriptor has now is mounted, and it has to lead to the very file then.
 */
final class Descriptors {
  private static final Path DIRECTORY = Path.of("/dev/fd");

  private Descriptors() {}

  /** Which file it is, if a source is a descriptor. */
  static Optional<FileIdentity> identity(Path source) {
    if (!DIRECTORY.equals(source.getParent())) {
      return Optional.empty();
    }
    try {
      return Optional.of(new FileIdentity((long) Files.getAttribute(source, "unix:dev"), (long) Files.getAttribute(source, "unix:ino")));
    } catch (IOException e) {
      throw CarrelException.usage("cannot mount " + source + ": this process has no such descriptor. Open it first");
    }
  }
}
