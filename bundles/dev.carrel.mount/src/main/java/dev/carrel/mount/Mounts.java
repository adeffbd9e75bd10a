package dev.carrel.mount;

import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import java.nio.file.Path;
import java.util.OptionalInt;

/** What the planner has to know of the kinds of mounts. */
final class Mounts {
  private static final Path DEVICES = Path.of("/dev");

  private Mounts() {}

  /** The mount of a mapping whose real target is known. Only what comes from the host's /dev may be a device. */
  static Mount.Bind of(Mapping mapping, Path target) {
    return new Mount.Bind(
        mapping.source(), target, mapping.access(), mapping.kind(), mapping.source().startsWith(DEVICES),
        mapping.options(), mapping.identity());
  }

  /** Whether others can lie in it. */
  static boolean isDirectory(Mount mount) {
    return mount instanceof Mount.Directory
        || mount instanceof Mount.Tmpfs
        || mount instanceof Mount.Dev
        || mount instanceof Mount.Overlay
        || mount instanceof Mount.Bind bind && bind.kind() == Mapping.Kind.DIRECTORY;
  }

  /** What it is called in a message. */
  static String words(Mount mount) {
    String kind = mount instanceof Mount.Tmpfs ? "the tmpfs" : mount instanceof Mount.Directory ? "the directory"
        : mount instanceof Mount.Symlink ? "the symbolic link" : mount instanceof Mount.GeneratedFile ? "the file"
        : mount instanceof Mount.Overlay ? "the overlay" : "the mount";
    return kind + " at " + mount.target();
  }

  /** Whether it shows files of the host. */
  static boolean isHosts(Mount mount) {
    return mount instanceof Mount.Bind || mount instanceof Mount.Overlay;
  }

  /** Whether it is made in what lies around it, instead of being mounted upon it. */
  static boolean isMade(Mount mount) {
    return mount instanceof Mount.GeneratedFile || mount instanceof Mount.Directory || mount instanceof Mount.Symlink;
  }

  /**
   * What takes the place of something else: memory whose mode nobody has said gets that of the directory that would have been there.
   *
   * @param before what would have been there, or null
   */
  static Mount over(Mount before, Mount mount) {
    if (before != null && mount instanceof Mount.Tmpfs tmpfs && tmpfs.mode().isEmpty()) {
      if (before instanceof Mount.Tmpfs earlier) {
        return new Mount.Tmpfs(tmpfs.target(), earlier.mode(), tmpfs.size(), tmpfs.inodes());
      } else if (before instanceof Mount.Directory directory) {
        return new Mount.Tmpfs(tmpfs.target(), OptionalInt.of(directory.mode()), tmpfs.size(), tmpfs.inodes());
      }
    }
    return mount;
  }

  /** The same at another target. */
  static Mount at(Path target, Mount mount) {
    if (target.equals(mount.target())) {
      return mount;
    } else if (mount instanceof Mount.Bind bind) {
      return new Mount.Bind(bind.source(), target, bind.access(), bind.kind(), bind.devices(), bind.options(), bind.identity());
    } else if (mount instanceof Mount.Overlay overlay) {
      return new Mount.Overlay(target, overlay.lower(), overlay.changes(), overlay.writable(), overlay.size());
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      return new Mount.Tmpfs(target, tmpfs.mode(), tmpfs.size(), tmpfs.inodes());
    } else if (mount instanceof Mount.Directory directory) {
      return new Mount.Directory(target, directory.mode());
    } else if (mount instanceof Mount.Symlink link) {
      return new Mount.Symlink(target, link.to());
    } else if (mount instanceof Mount.GeneratedFile file) {
      return new Mount.GeneratedFile(target, file.content(), file.mode());
    } else if (mount instanceof Mount.Dev dev) {
      return new Mount.Dev(target, dev.console());
    } else if (mount instanceof Mount.Proc) {
      return new Mount.Proc(target);
    } else if (mount instanceof Mount.ControlGroups) {
      return mount;
    }
    return new Mount.Sys(target);
  }
}
