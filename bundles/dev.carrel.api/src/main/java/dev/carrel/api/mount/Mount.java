package dev.carrel.api.mount;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** One step in putting together a container's root file system. Targets are absolute paths inside. */
public sealed interface Mount {
  /** Where it appears inside. */
  Path target();

  /**
   * A file or directory of the host, with its submounts.
   *
   * @param source where it is on the host: absolute, symbolic links resolved, as none is followed when it is mounted
   * @param devices whether device nodes below it work; everything else is mounted {@code nodev}
   * @param options how it is mounted
   * @param identity which file has to be at {@code source} when it is mounted; empty: any
   */
  record Bind(Path source, Path target, Access access, Mapping.Kind kind, boolean devices, TreeOptions options, Optional<FileIdentity> identity)
      implements Mount {
    /** With nothing special about it. */
    public Bind(Path source, Path target, Access access, Mapping.Kind kind, boolean devices) {
      this(source, target, access, kind, devices, TreeOptions.standard(), Optional.empty());
    }

    public Bind {
      Objects.requireNonNull(options);
      Objects.requireNonNull(identity);
      Objects.requireNonNull(source);
      Objects.requireNonNull(target);
      Objects.requireNonNull(access);
      Objects.requireNonNull(kind);
    }
  }

  /**
   * An empty file system in memory, gone with the container; {@code nosuid}, {@code nodev}.
   *
   * @param mode permission bits of its root directory; empty: those of the directory it covers, or 755 where there is none
   * @param size limit in tmpfs(5) notation: bytes with a suffix, or a percentage of the memory
   * @param inodes how many files and directories there can be, itself included: their names take memory that {@code size} does not count
   */
  record Tmpfs(Path target, OptionalInt mode, String size, long inodes) implements Mount {
    /** Enough for large trees of sources, and at most some 400 MiB of names and inodes. */
    public static final long INODES = 400 << 10;

    public Tmpfs {
      Objects.requireNonNull(target);
      Objects.requireNonNull(mode);
      MemorySize.check(target, size);
      MemorySize.checkInodes(target, inodes);
    }

    /** With as many files as there usually can be. */
    public Tmpfs(Path target, int mode, String size) {
      this(target, OptionalInt.of(mode), size, INODES);
    }
  }

  /**
   * Directories of the host as if they were one, which can be written without changing them; see the kernel's overlayfs.rst. What is
   * mounted below them does not show.
   *
   * @param lower the directories, whose files hide those of the same name in later ones
   * @param changes a directory in which what is written is kept; empty: it ends with the container
   * @param writable whether it can be written at all
   * @param size limit of what is written to memory, as of a {@link Tmpfs}, which can hold {@value Tmpfs#INODES} files
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
   * The container's own control groups, which it may change: a file system of version 2 whose root is its group. It needs a cgroup namespace of
   * its own, and leaves nothing else of the host's groups to be seen.
   */
  record ControlGroups() implements Mount {
    /** The one place for it; see file-hierarchy(7). */
    public static final Path TARGET = Path.of("/sys/fs/cgroup");

    @Override
    public Path target() {
      return TARGET;
    }
  }

  /**
   * A {@code /dev} with null zero full random urandom tty, pts, shm, mqueue and the links of descriptors.
   *
   * @param console whether {@code console} is the container's terminal
   */
  record Dev(Path target, boolean console) implements Mount {}
}
