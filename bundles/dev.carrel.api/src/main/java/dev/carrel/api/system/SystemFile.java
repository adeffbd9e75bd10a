package dev.carrel.api.system;

import dev.carrel.api.mount.FileContent;
import java.nio.file.Path;
import java.util.Objects;

/** Something that is to be in a system; all belongs to root. Its parent directories are made with mode 755. */
public sealed interface SystemFile {
  /** Where it is inside. */
  Path path();

  /** A file. */
  record Regular(Path path, int mode, FileContent content) implements SystemFile {
    public Regular {
      SystemPath.check(path);
      SystemMode.check(path, mode);
      Objects.requireNonNull(content);
      if (path.getNameCount() == 0) {
        throw new IllegalArgumentException("the root directory is no file");
      }
    }
  }

  /** A directory. */
  record Directory(Path path, int mode) implements SystemFile {
    public Directory {
      SystemPath.check(path);
      SystemMode.check(path, mode);
    }
  }

  /** A symbolic link; its target may be relative, and need not be there. */
  record Link(Path path, String target) implements SystemFile {
    public Link {
      SystemPath.check(path);
      if (target.isEmpty() || target.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException("the target of the link " + path + " is empty or has a control character");
      }
    }
  }
}
