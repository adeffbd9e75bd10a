package dev.carrel.api.system;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A directory whose content stays when a system ends, each instance's own.
 *
 * @param owner the user it belongs to when it is made, at the first start
 * @param group the group
 */
public record PersistentDirectory(Path path, String owner, String group, int mode) {
  public PersistentDirectory {
    SystemPath.check(path);
    SystemMode.check(path, mode);
    Objects.requireNonNull(owner);
    Objects.requireNonNull(group);
    if (path.getNameCount() == 0) {
      throw new IllegalArgumentException("the root directory cannot be persistent");
    }
  }
}
