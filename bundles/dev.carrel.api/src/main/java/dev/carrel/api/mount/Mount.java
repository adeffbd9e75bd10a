package dev.carrel.api.mount;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** One step in putting together a container's root file system. Targets are absolute paths inside. */
public sealed interface Mount {
  /** Where it appears inside. */
  Path target();

  /**
   * A file or directory of the host, with its submounts.
   *
   * @param source where it is on the host: absolute, symbolic links resolved, as none is followed when it is mounted
   * @param devices whether device nodes below it work; everything else is mounted {@code nodev}
   * @param flags what else is forbidden in it
   */
  record Bind(Path source, Path target, Access access, Mapping.Kind kind, boolean devices, Set<MountFlag> flags) implements Mount {
    /** With nothing more forbidden than in any. */
    public Bind(Path source, Path target, Access access, Mapping.Kind kind, boolean devices) {
      this(source, target, access, kind, devices, Set.of());
    }

    public Bind {
      flags = Set.copyOf(flags);
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
      MemorySize.check(target, size);
    }
  }

  /**
   * Directories of the host as if they were one, which can be written without changing them; see the kernel's overlayfs.rst. What is
   * mounted below them does not show.
   *
   * @param lower the directories, whose files hide those of the same name in later ones
   * @param changes a directory in which what is written is kept; empty: it ends with the container
   * @param writable whether it can be written at all
   * @param size limit of what is written to memory, as of a {@link Tmpfs}
   */
  record Overlay(Path target, List<Path> lower, Optional<Path> changes, boolean writable, String size) implements Mount {
    /** More than the kernel's limit would be found out by it alone. */
    private static final int MOST = 100;

    public Overlay {
      Objects.requireNonNull(target);
      lower = List.copyOf(lower);
      Objects.requireNonNull(changes);
      MemorySize.check(target, size);
      if (lower.isEmpty() || lower.size() > MOST) {
        throw new IllegalArgumentException("the overlay at " + target + " needs 1 to " + MOST + " directories");
      }
      if (!writable && (changes.isPresent() || lower.size() < 2)) {
        throw new IllegalArgumentException("the overlay at " + target + " is read-only: it needs two directories or more, and keeps no changes");
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
  record GeneratedFile(Path target, FileContent content, int mode) implements Mount {
    /** A text, in UTF-8. */
    public GeneratedFile(Path target, String content, int mode) {
      this(target, FileContent.of(content), mode);
    }

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
