package dev.carrel.mount;

import dev.carrel.api.container.Namespace;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.MountPlanner;
import dev.carrel.api.mount.MountRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Orders mounts by their targets, so that what lies inside comes after what it lies in. */
@Component
public final class OrderedMountPlanner implements MountPlanner {
  private static final Path ROOT = Path.of("/");
  private static final Path PROC = Path.of("/proc");
  private static final Path SYS = Path.of("/sys");
  private static final Path DEV = Path.of("/dev");
  private static final int DIRECTORY_MODE = 0755;

  @Activate
  public OrderedMountPlanner() {}

  @Override
  public MountPlan plan(MountRequest request) {
    List<Mapping> wanted = request.root().mappings();
    refuseUnclear(request);
    Links links = new Links(request.root().base(), wanted);
    Map<Path, Mapping> mappings = mappings(wanted, links);
    Map<Path, Mount> placed = new TreeMap<>(); // a path comes before all that begin with it: parents first
    for (Mount mount : base(request, links).values()) {
      if (!isReplaced(mount, mappings)) {
        placed.put(mount.target(), mount);
      }
    }
    for (Map.Entry<Path, Mapping> mapping : mappings.entrySet()) {
      placed.put(mapping.getKey(), Mounts.of(mapping.getValue(), mapping.getKey()));
    }
    return new MountPlan(withParents(placed), request.root().writable(), Protections.of(request.root().protection(), links));
  }

  private static void refuseUnclear(MountRequest request) {
    for (Mount mount : request.root().base()) {
      Targets.refuseUnclear(mount.target(), Mounts.words(mount));
    }
    for (Mapping mapping : request.root().mappings()) {
      Targets.refuseUnclear(mapping.target(), mapping);
    }
  }

  /** The mappings by their real targets; the same one twice is once. */
  private static Map<Path, Mapping> mappings(List<Mapping> wanted, Links links) {
    Map<Path, Mapping> mappings = new TreeMap<>();
    for (Mapping mapping : wanted) {
      Path target = links.resolve(mapping.target(), mapping);
      Targets.refuseReserved(mapping, target);
      Mapping other = mappings.putIfAbsent(target, mapping);
      if (other != null && !Mounts.of(other, target).equals(Mounts.of(mapping, target))) {
        throw Contradiction.twoSources(other, mapping);
      }
    }
    return mappings;
  }

  private static Map<Path, Mount> base(MountRequest request, Links links) {
    Map<Path, Mount> base = new TreeMap<>();
    base.put(DEV, new Mount.Dev(DEV, request.terminal()));
    if (request.namespaces().contains(Namespace.PID)) {
      base.put(PROC, new Mount.Proc(PROC));
    }
    if (request.namespaces().contains(Namespace.NETWORK)) {
      base.put(SYS, new Mount.Sys(SYS));
    }
    for (Mount mount : request.root().base()) {
      Path target = links.resolve(mount.target(), Mounts.words(mount));
      Targets.refuseMisused(mount, target);
      base.put(target, Mounts.over(base.get(target), Mounts.at(target, mount)));
    }
    return base;
  }

  /**
   * Whether the user's mappings take the place of something of the base: at the same target, or, where it would have to
   * be made inside a mapped directory of the host, below one. A mapped root takes the place of the software's tree, but
   * not of what the base has at /proc, /sys or /dev: the host's own would come to light.
   */
  private static boolean isReplaced(Mount mount, Map<Path, Mapping> mappings) {
    if (mappings.isEmpty()) {
      return false;
    }
    if (mappings.containsKey(mount.target())) {
      return true;
    }
    boolean made = Mounts.isMade(mount);
    boolean tree = mount instanceof Mount.Bind bind && bind.access() == Access.EXPOSE && !isKernels(mount.target());
    for (Path parent = mount.target().getParent(); parent != null; parent = parent.getParent()) {
      Mapping around = mappings.get(parent);
      if (around != null && around.kind() == Mapping.Kind.DIRECTORY && (made || tree && parent.equals(ROOT))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isKernels(Path target) {
    return target.equals(PROC) || target.equals(SYS) || target.equals(DEV);
  }

  /** Adds the directories that have to be made, and refuses what lies in something that is no directory. */
  private static List<Mount> withParents(Map<Path, Mount> placed) {
    Map<Path, Mount> complete = new TreeMap<>(placed);
    for (Mount mount : placed.values()) {
      if (mount instanceof Mount.Directory && liesInBind(mount.target().getParent(), placed)) {
        complete.remove(mount.target()); // making it would leave a directory on the host
        continue;
      }
      if (mount instanceof Mount.Symlink && liesInBind(mount.target().getParent(), placed)) {
        throw Contradiction.linkInTree(mount);
      }
      for (Path parent = mount.target().getParent(); parent != null && !parent.equals(ROOT); parent = parent.getParent()) {
        Mount around = complete.get(parent);
        if (around == null) {
          if (!liesInBind(parent, placed)) {
            complete.put(parent, new Mount.Directory(parent, DIRECTORY_MODE));
          }
        } else if (!Mounts.isDirectory(around) && !(mount instanceof Mount.ControlGroups)) {
          throw Contradiction.belowFile(mount, around);
        }
      }
    }
    return new ArrayList<>(complete.values());
  }

  /** In a tree of the host nothing is made: the mount point is there, or the backend says that it is not. */
  private static boolean liesInBind(Path target, Map<Path, Mount> placed) {
    for (Path parent = target; parent != null; parent = parent.getParent()) {
      Mount around = placed.get(parent);
      if (around != null && Mounts.isHosts(around)) {
        return true;
      } else if (around instanceof Mount.Tmpfs) {
        return false;
      }
    }
    return false;
  }
}
