package dev.carrel.api.container;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What a container's programs may do, enforced by landlock(7) on top of mounts and namespaces. As soon as there is one rule
 * of an action, what no rule of that action allows is forbidden.
 */
public sealed interface AccessRule {
  /** What is done to files and directories. */
  enum FileAction {
    /** Reading files and listing directories. */
    READ,
    /** Changing, making and removing. */
    WRITE,
    /** Executing. */
    EXECUTE
  }

  /** What is done with a TCP port. */
  enum PortAction {
    BIND,
    CONNECT
  }

  /**
   * Files.
   *
   * @param path a file, or a directory with everything below it, inside
   */
  record OnFiles(FileAction action, Path path) implements AccessRule {
    public OnFiles {
      Objects.requireNonNull(action);
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException(path + " is relative");
      }
    }
  }

  /** A TCP port. */
  record OnPort(PortAction action, int port) implements AccessRule {
    public OnPort {
      Objects.requireNonNull(action);
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException(port + " is no port: 0 to 65535");
      }
    }
  }
}
