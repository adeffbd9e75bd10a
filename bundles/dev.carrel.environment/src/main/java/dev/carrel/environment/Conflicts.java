package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Mount;
import java.util.List;

/** Finds where the user wants another symbolic link than there is already. */
final class Conflicts {
  private Conflicts() {}

  static void check(List<Mount> base, List<Mount> wanted) {
    for (Mount mount : wanted) {
      if (mount instanceof Mount.Symlink link) {
        for (Mount there : base) {
          if (there instanceof Mount.Symlink other && other.target().equals(link.target()) && !other.to().equals(link.to())) {
            throw CarrelException.usage("cannot make the symbolic link " + link.target() + " to " + link.to() + ": there it leads to "
                + other.to() + " already. Choose another place");
          }
        }
      }
    }
  }
}
