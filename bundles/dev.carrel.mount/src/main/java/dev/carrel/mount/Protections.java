package dev.carrel.mount;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.PathProtection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Judges what is to be covered or made read-only in the end, and says each thing once. */
final class Protections {
  private Protections() {}

  /** What is covered already needs nothing more. */
  static PathProtection of(PathProtection wanted, Links links) {
    if (wanted.isEmpty()) {
      return wanted;
    }
    List<Path> masked = outermost(wanted.masked(), "cover", links);
    List<Path> readOnly = new ArrayList<>();
    for (Path path : outermost(wanted.readOnly(), "make read-only", links)) {
      if (!liesIn(path, masked)) {
        readOnly.add(path);
      }
    }
    return new PathProtection(masked, readOnly);
  }

  private static List<Path> outermost(List<Path> paths, String deed, Links links) {
    TreeSet<Path> sorted = new TreeSet<>(); // a path comes before those below it
    for (Path path : paths) {
      String what = "to " + deed + " " + path;
      Targets.refuseUnclear(path, what);
      Path found = links.resolve(path, what);
      if (found.getNameCount() == 0) {
        throw CarrelException.usage("cannot " + deed + " /: the whole root directory is neither covered nor made read-only at once."
            + " Name what lies in it; without --writable-root, nothing can be made in / itself");
      }
      sorted.add(found);
    }
    List<Path> kept = new ArrayList<>(sorted.size());
    for (Path path : sorted) {
      if (!liesIn(path, kept)) {
        kept.add(path);
      }
    }
    return kept;
  }

  private static boolean liesIn(Path path, List<Path> others) {
    for (Path other : others) {
      if (path.startsWith(other)) {
        return true;
      }
    }
    return false;
  }
}
