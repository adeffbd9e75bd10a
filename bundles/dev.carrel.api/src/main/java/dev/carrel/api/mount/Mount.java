package dev.carrel.api.mount;

import java.nio.file.Path;
import java.util.Objects;

/** One step in putting together a container's root file system. Targets are absolute paths inside. */
public sealed interface Mount {
  /** Where it appears inside. */
  Path target();

  /**
   * A file or directory of the host, with its submounts.
   *
   * @param devices whether device nodes below it work; everything else is mounted {@code nodev}
   */
  record Bind(Path source, Path target, Access access, Mapping.Kind kind, boolean devices) implements Mount {
    public Bind {
      Objects.requireNonNull(source);
      Objects.requireNonNull(target);
      Objects.requireNonNull(access);
      Objects.requireNonNull(kind);
    }
  }

  /**
   * An empty file system in memory, gone with the container; {@code nosuid}, {@code nodev}.
   *
   * @param mode permission bits of its root directory
   * @param size limit in tmpfs(5) notation: bytes with a suffix, or a percentage of the memory
   */
  record Tmpfs(Path target, int mode, String size) implements Mount {
    public Tmpfs {
      Objects.requireNonNull(target);
      if (!size.matches("[1-9][0-9]*[kmg%]?")) {
        throw new IllegalArgumentException("size of the tmpfs at " + target + ": '" + size + "' is no positive number with k, m, g or %");
      }
    }
  }

  /** A directory of the root file system itself, or of the tmpfs around it. */
  record Directory(Path target, int mode) implements Mount {
    public Directory {
      Objects.requireNonNull(target);
    }
  }

  /** A symbolic link; {@code to} is taken as it is. */
  record Symlink(Path target, String to) implements Mount {
    public Symlink {
      Objects.requireNonNull(target);
      Objects.requireNonNull(to);
    }
  }

  /** A read-only file whose content is given; it may lie in a read-only tree if a file is there to be covered. */
  record GeneratedFile(Path target, String content, int mode) implements Mount {
    public GeneratedFile {
      Objects.requireNonNull(target);
      Objects.requireNonNull(content);
    }
  }

  /** proc(5) of the container's own pid namespace. */
  record Proc(Path target) implements Mount {}

  /** sysfs(5) of the container's own network namespace, read-only; left out where the kernel does not allow it. */
  record Sys(Path target) implements Mount {}

  /**
   * A {@code /dev} with null zero full random urandom tty, pts, shm, mqueue and the links of descriptors.
   *
   * @param console whether {@code console} is the container's terminal
   */
  record Dev(Path target, boolean console) implements Mount {}
}
