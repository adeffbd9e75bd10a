package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;

/** Packages of other stores as mounts: each item at its own path, as {@code guix shell --container} does it. */
final class ElsewhereTree {
  private ElsewhereTree() {}

  /**
   * Adds the mounts.
   *
   * @param complete whether there is a profile, which has a /bin/sh and the like
   */
  static void add(Elsewhere elsewhere, boolean complete, List<Mount> mounts) {
    for (Item item : elsewhere.items()) {
      mounts.add(mount(item));
    }
    if (!complete) {
      for (Installation installation : elsewhere.installations()) {
        for (Map.Entry<Path, Path> link : installation.links().entrySet()) {
          // Of two stores the first one's: later mounts replace earlier ones.
          if (!isLinked(link.getKey(), mounts)) {
            mounts.add(new Mount.Symlink(link.getKey(), link.getValue().toString()));
          }
        }
      }
    }
  }

  private static boolean isLinked(Path place, List<Mount> mounts) {
    for (int i = mounts.size() - 1; i >= 0 && mounts.get(i) instanceof Mount.Symlink; i--) {
      if (mounts.get(i).target().equals(place)) {
        return true;
      }
    }
    return false;
  }

  /** An item may be a file or a link as well as a directory. */
  private static Mount mount(Item item) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(item.source(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isSymbolicLink()) {
        return new Mount.Symlink(item.path(), Files.readSymbolicLink(item.source()).toString());
      }
      Mapping.Kind kind = attributes.isDirectory() ? Mapping.Kind.DIRECTORY : Mapping.Kind.FILE;
      return new Mount.Bind(item.source(), item.path(), Access.EXPOSE, kind, false);
    } catch (IOException e) {
      throw CarrelException.failed("cannot use " + item.path() + ": " + item.source() + " cannot be read any more: " + e.getMessage()
          + ". Try again: it is looked for anew", e);
    }
  }
}
