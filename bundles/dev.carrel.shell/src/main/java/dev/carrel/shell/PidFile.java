package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** The file to which the pid of a container's first process is written, whole or not at all. */
record PidFile(Optional<Path> file) {
  /** @throws CarrelException if it cannot be written; the container is ended then */
  Container write(Container container) {
    if (file.isEmpty()) {
      return container;
    }
    Path target = ForCaller.directory().resolve(file.get());
    Path fresh = target.resolveSibling(target.getFileName() + "." + container.id());
    try {
      Files.writeString(fresh, container.process().pid() + "\n");
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return container;
    } catch (IOException e) {
      container.stop(java.time.Duration.ZERO);
      throw CarrelException.failed("cannot write the pid to " + target + ": " + e.getMessage() + ". Give another file with --pid-file", e);
    }
  }
}
