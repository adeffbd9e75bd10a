package dev.carrel.mount;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import java.nio.file.Path;
import java.util.Set;

/** Which targets there may be. */
final class Targets {
  private static final Set<String> STANDARD_DEVICES = Set.of("null", "zero", "full", "random", "urandom", "tty", "pts",
      "shm", "mqueue", "fd", "stdin", "stdout", "stderr", "console", "ptmx");

  private Targets() {}

  /**
   * Refuses a target that is relative or leads somewhere else than it says.
   *
   * @param what the mount or mapping it belongs to, for the message
   */
  static void refuseUnclear(Path target, Object what) {
    if (!target.isAbsolute()) {
      throw CarrelException.usage("cannot plan " + what + ": the target " + target + " is relative. Targets begin with /");
    }
    for (Path name : target) {
      String text = name.toString();
      if (text.equals(".") || text.equals("..")) {
        throw CarrelException.usage("cannot plan " + what + ": the target " + target + " has '" + text
            + "' in it. Say where it really is");
      }
    }
  }

  /** Refuses a mapping, its target resolved, that would take the place of what makes a container one. */
  static void refuseReserved(Mapping mapping, Path target) {
    if (target.getNameCount() == 0) {
      if (mapping.kind() == Mapping.Kind.FILE) {
        throw CarrelException.usage("cannot plan " + mapping + ": the root directory cannot be a file."
            + " Map a directory there, or choose another target");
      }
      return;
    }
    String first = target.getName(0).toString();
    if (first.equals("proc") || first.equals("sys")) {
      throw CarrelException.usage("cannot plan " + mapping + ": /" + first
          + " shows the container's own kernel objects, and nothing can be put at or below it. Choose another target");
    }
    if (first.equals("dev")) {
      refuseStandardDevice(mapping, target);
    }
  }

  private static void refuseStandardDevice(Mapping mapping, Path target) {
    if (target.getNameCount() == 1) {
      throw CarrelException.usage("cannot plan " + mapping + ": every container has a /dev of its own. Map single devices"
          + " instead, for example --expose=/dev/fuse");
    }
    String name = target.getName(1).toString();
    if (STANDARD_DEVICES.contains(name)) {
      throw CarrelException.usage("cannot plan " + mapping + ": every container has a /dev/" + name
          + " of its own. Choose another target");
    }
  }

  /** Refuses a base whose /, /proc, /sys or /dev is no directory: writes to it would go astray (CVE-2019-19921). */
  static void refuseMisused(Mount mount) {
    Path target = mount.target();
    boolean root = target.getNameCount() == 0;
    boolean kernel = target.getNameCount() == 1
        && (target.endsWith("proc") || target.endsWith("sys") || target.endsWith("dev"));
    if ((root || kernel) && mount instanceof Mount.Bind bind && bind.kind() == Mapping.Kind.FILE
        || (root || kernel) && (mount instanceof Mount.Symlink || mount instanceof Mount.GeneratedFile)
        || root && (mount instanceof Mount.Proc || mount instanceof Mount.Sys || mount instanceof Mount.Dev)) {
      throw CarrelException.usage("cannot plan " + mount + ": " + target + " has to be a real directory");
    }
  }
}
