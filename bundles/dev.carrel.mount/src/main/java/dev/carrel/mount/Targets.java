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

  /**
   * Refuses a base that would lead writes to the kernel astray (CVE-2019-19921): /, /proc, /sys and /dev have to be
   * directories that something is mounted on, and /proc and /sys hold nothing else.
   */
  static void refuseMisused(Mount mount, Path target) {
    int depth = target.getNameCount();
    String first = depth == 0 ? "" : target.getName(0).toString();
    boolean kernel = first.equals("proc") || first.equals("sys");
    if (kernel && depth > 1 && !(mount instanceof Mount.ControlGroups)) {
      throw CarrelException.usage("cannot plan " + Mounts.words(mount) + ": nothing can be put below /" + first
          + ", which shows kernel objects. Choose another target");
    }
    boolean mounted = mount instanceof Mount.Bind bind && bind.kind() == Mapping.Kind.DIRECTORY || mount instanceof Mount.Tmpfs
        || mount instanceof Mount.Overlay && depth == 0;
    boolean allowed = depth == 0 && mount instanceof Mount.Directory
        || first.equals("proc") && mount instanceof Mount.Proc
        || first.equals("sys") && mount instanceof Mount.Sys
        || first.equals("dev") && mount instanceof Mount.Dev;
    if ((depth == 0 || depth == 1 && (kernel || first.equals("dev"))) && !mounted && !allowed) {
      throw CarrelException.usage("cannot plan " + Mounts.words(mount) + ": " + target
          + " has to be a real directory that something is mounted on. Leave the entry out, or choose another target");
    }
  }
}
