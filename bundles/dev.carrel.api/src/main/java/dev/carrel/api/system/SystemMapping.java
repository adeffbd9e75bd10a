package dev.carrel.api.system;

import dev.carrel.api.mount.Access;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Something of the host that is to be seen inside.
 *
 * @param source where it is on the host, absolute
 * @param target where it is inside
 * @param optional whether it is left out if there is nothing at its source
 */
public record SystemMapping(Path source, Path target, Access access, boolean optional) {
  public SystemMapping {
    SystemPath.check(source);
    SystemPath.check(target);
    Objects.requireNonNull(access);
  }
}
