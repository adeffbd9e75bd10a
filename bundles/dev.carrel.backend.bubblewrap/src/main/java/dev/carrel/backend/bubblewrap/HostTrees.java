package dev.carrel.backend.bubblewrap;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Mount;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps bwrap from making mount points in trees of the host, which it would do wherever its caller may write, and from following symbolic
 * links there.
 */
final class HostTrees {
  private final Map<Path, Mount> placed = new HashMap<>();

  /**
   * Looks at the place of the next mount.
   *
   * @throws CarrelException if it lies in a tree of the host, and is not there or behind a symbolic link
   */
  void check(Mount mount) {
    for (Path parent = mount.target().getParent(); parent != null; parent = parent.getParent()) {
      Mount around = placed.get(parent);
      if (around instanceof Mount.Bind bind) {
        walk(mount.target(), bind.source(), parent.relativize(mount.target()));
        break;
      } else if (around instanceof Mount.Tmpfs || around instanceof Mount.Dev) {
        break;
      }
    }
    placed.put(mount.target(), mount);
  }

  private static void walk(Path target, Path source, Path relative) {
    Path place = source;
    for (Path name : relative) {
      place = place.resolve(name);
      if (Files.isSymbolicLink(place)) {
        throw CarrelException.usage("cannot mount anything at " + target + ": " + place
            + " is a symbolic link, which bwrap would follow. Name what it leads to, or choose another backend");
      }
      if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        throw CarrelException.usage("cannot mount anything at " + target + ": the place to mount it does not exist in the host's own tree around it."
            + " Make " + place + ", or choose another target");
      }
    }
  }
}
