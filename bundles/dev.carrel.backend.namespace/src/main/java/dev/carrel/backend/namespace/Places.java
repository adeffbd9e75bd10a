package dev.carrel.backend.namespace;

import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What is mounted where, as far as a plan has been followed. */
final class Places {
  private final Map<Path, Mount> placed = new HashMap<>();

  void add(Mount mount) {
    placed.put(mount.target(), mount);
  }

  void clear() {
    placed.clear();
  }

  /** Whether a target lies in a tree of the host, where others may write. */
  boolean isForeign(Path target) {
    for (Path parent = target.getParent(); parent != null; parent = parent.getParent()) {
      Mount mount = placed.get(parent);
      if (mount instanceof Mount.Bind || mount instanceof Mount.Overlay) {
        return true;
      } else if (mount instanceof Mount.Tmpfs || mount instanceof Mount.Dev) {
        return false;
      }
    }
    return false;
  }

  boolean isBelowTmpfs(Path target) {
    for (Path parent = target.getParent(); parent != null; parent = parent.getParent()) {
      Mount mount = placed.get(parent);
      if (mount instanceof Mount.Tmpfs) {
        return true;
      } else if (mount instanceof Mount.Bind || mount instanceof Mount.Overlay || mount instanceof Mount.Dev) {
        return false;
      }
    }
    return false;
  }

  /** Whether a plan can be split: what each container has for itself must not need anything of the host. */
  static boolean canBeTemplate(MountPlan plan) {
    if (plan.writableRoot()) {
      return false;
    }
    Places places = new Places();
    boolean devices = false;
    boolean views = false;
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Overlay) {
        return false; // what is written belongs to one container
      }
      boolean kernelView = mount instanceof Mount.Proc || mount instanceof Mount.Sys;
      boolean view = kernelView || mount instanceof Mount.Dev || mount instanceof Mount.ControlGroups;
      if (places.isBelowTmpfs(mount.target()) && (mount instanceof Mount.Bind || view)) {
        return false;
      }
      if (view && places.isForeign(mount.target())) {
        return false; // somebody else may exchange what leads there
      }
      devices |= mount instanceof Mount.Dev;
      views |= kernelView;
      places.add(mount);
    }
    return devices || !views;
  }
}
