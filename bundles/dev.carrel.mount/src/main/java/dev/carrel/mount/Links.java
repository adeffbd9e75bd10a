package dev.carrel.mount;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The symbolic links that the plan itself makes: what is to be below /bin is really below /usr/bin if the plan makes
 * /bin a link to it. Links in the host's trees are the backend's business, at the moment of mounting.
 */
final class Links {
  private static final int MOST_LINKS = 40; // as the kernel: path_resolution(7)

  private final Map<Path, String> links = new HashMap<>();

  /** The links of a base, but for those whose place a mapping takes. */
  Links(List<Mount> base, List<Mapping> mappings) {
    for (Mount mount : base) {
      if (mount instanceof Mount.Symlink link && !isCovered(link.target(), mappings)) {
        if (link.to().indexOf('\0') >= 0) {
          throw CarrelException.usage("cannot plan the symbolic link " + link.target()
              + ": what it points to has a NUL character, which no path can have");
        }
        links.put(link.target(), link.to());
      } else {
        links.remove(mount.target()); // a later entry replaces an earlier link
      }
    }
  }

  private static boolean isCovered(Path target, List<Mapping> mappings) {
    for (Mapping mapping : mappings) {
      if (target.startsWith(mapping.target())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Where a target really is; its last name is not followed.
   *
   * @param what the mount or mapping it belongs to, for the message
   * @throws CarrelException of kind USAGE if the links run in a circle
   */
  Path resolve(Path target, Object what) {
    if (links.isEmpty()) {
      return target;
    }
    Path resolved = target;
    for (int followed = 0; followed <= MOST_LINKS; followed++) {
      Path next = followOne(resolved);
      if (next.equals(resolved)) {
        return resolved;
      }
      resolved = next;
    }
    throw CarrelException.usage("cannot plan " + what + ": its target runs in a circle of symbolic links."
        + " Choose a target outside of them");
  }

  /** Replaces the first link among the target's parents; the same target if there is none. */
  private Path followOne(Path target) {
    for (int names = 1; names < target.getNameCount(); names++) {
      Path parent = target.getRoot().resolve(target.subpath(0, names));
      String to = links.get(parent);
      if (to != null) {
        return parent.resolveSibling(to).normalize().resolve(target.subpath(names, target.getNameCount()));
      }
    }
    return target;
  }
}
