package dev.carrel.cgroup;

import dev.carrel.api.CarrelException;
import dev.carrel.api.resource.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the groups of containers are: for root in {@code carrel} at the top of each hierarchy, for others of version 1 in {@code carrel-UID}, which
 * root has to make for them, and of version 2 in what was delegated to them.
 */
final class Bases {
  private static final Set<Controller> ALWAYS = EnumSet.of(Controller.MEMORY, Controller.PIDS, Controller.CPUACCT, Controller.FREEZER, Controller.DEVICES);

  /** How often a base is made again that somebody takes away because nothing is in it yet. */
  private static final int TRIES = 100;

  private final Hierarchies hierarchies;
  private final long uid;
  private final Optional<SecondBase> second;
  private final Maker maker = Maker.self();
  private final AtomicLong count = new AtomicLong();
  private final Map<Controller, Path> first = new EnumMap<>(Controller.class);
  private Set<Controller> usable = Set.of();

  Bases(Hierarchies hierarchies, long uid, Scopes scopes) {
    this.hierarchies = hierarchies;
    this.uid = uid;
    hierarchies.first().forEach((controller, mount) -> first.put(controller, mount.resolve(uid == 0 ? "carrel" : "carrel-" + uid)));
    this.second = hierarchies.second().map(mount -> new SecondBase(new OwnGroup(mount), uid == 0, scopes));
  }

  boolean isRoot() {
    return uid == 0;
  }

  Hierarchies hierarchies() {
    return hierarchies;
  }

  /** Those that containers of this user can have, in version 1: what there is once stays. */
  synchronized Set<Controller> ofFirst() {
    if (usable.isEmpty()) {
      usable = usable();
    }
    return usable;
  }

  private Set<Controller> usable() {
    Set<Controller> found = EnumSet.noneOf(Controller.class);
    first.forEach((controller, base) -> {
      if (uid == 0 ? Files.isWritable(base.getParent()) : Files.isWritable(base)) {
        found.add(controller);
      }
    });
    if (uid != 0) {
      found.remove(Controller.DEVICES); // only root may write there
    }
    return Collections.unmodifiableSet(found);
  }

  /** Those that containers of this user can have, in version 2. */
  Set<Controller> ofSecond() {
    return second.isPresent() ? second.get().controllers() : Set.of();
  }

  /** Those that a file lists. */
  static Set<Controller> listed(Path file) {
    Set<Controller> listed = EnumSet.noneOf(Controller.class);
    Set<String> words = Set.of(KernelFile.read(file).orElse("").split("\\s+"));
    for (Controller controller : Controller.values()) {
      if (controller.second().isPresent() && words.contains(controller.second().get())) {
        listed.add(controller);
      }
    }
    return listed;
  }

  /**
   * A name for new groups.
   *
   * @param make whether what is needed for them may be made; else the name is a possible one
   * @throws CarrelException if a controller is missing
   */
  GroupName reserve(String owner, Limits limits, boolean make) {
    Set<Controller> needed = Controller.neededBy(limits);
    Set<Controller> usable = ofFirst();
    for (Controller controller : needed) {
      if (!usable.contains(controller) && (hierarchies.first().containsKey(controller) || !ofSecond().contains(controller))) {
        throw new Missing(this, controller, OwnGroup.hasSystemd()).explain();
      }
    }
    String leaf = owner + "-" + maker + "-" + count.incrementAndGet();
    Map<Controller, Path> chosen = new EnumMap<>(Controller.class);
    boolean wantsSecond = false;
    for (Controller controller : Controller.values()) {
      if (usable.contains(controller) && (ALWAYS.contains(controller) || needed.contains(controller))) {
        chosen.put(controller, first.get(controller).resolve(leaf));
      } else if (!hierarchies.first().containsKey(controller) && (needed.contains(controller) || controller == Controller.FREEZER)) {
        wantsSecond |= needed.contains(controller) || second.isPresent() && second.get().isUsable();
      }
    }
    wantsSecond |= chosen.isEmpty() && second.isPresent() && second.get().isUsable();
    return new GroupName(chosen, wantsSecond ? Optional.of(second.get().base(make).resolve(leaf)) : Optional.empty());
  }

  /** A name with the group of version 2 that was made beside those of version 1 to be divided, if there is one. */
  GroupName divided(GroupName name) {
    if (name.second().isPresent() || name.first().isEmpty() || second.isEmpty() || second.get().known().isEmpty()) {
      return name;
    }
    Path directory = second.get().known().get().resolve(name.leaf());
    return Files.isDirectory(directory) ? new GroupName(name.first(), Optional.of(directory)) : name;
  }

  /**
   * Has one of version 2, where it is not there anyway: groups of version 1 are given to nobody, as whoever may divide one may leave it.
   *
   * @throws CarrelException if this user cannot have one
   */
  GroupName divide(GroupName name) throws IOException {
    if (name.second().isPresent()) {
      return name;
    }
    if (second.isEmpty() || !second.get().isUsable()) {
      throw CarrelException.failed("cannot give a container control groups that it may change: " + (second.isEmpty()
          ? "those of version 2 are not mounted here. Mount them: mount -t cgroup2 none /sys/fs/cgroup/unified, as root" : second.get().reason()
              + (isRoot() ? "" : "; or ask an administrator to put your session into a group of version 2 that belongs to you")));
    }
    second.get().makeBase();
    Path directory = second.get().base(true).resolve(name.leaf());
    make(directory);
    return new GroupName(name.first(), Optional.of(directory));
  }

  /** Makes what was reserved. */
  void make(GroupName name, Set<Controller> needed) throws IOException {
    for (Path directory : name.firstDirectories()) {
      make(directory);
    }
    if (name.second().isPresent()) {
      Set<Controller> wanted = EnumSet.of(Controller.MEMORY, Controller.PIDS);
      wanted.retainAll(ofSecond());
      wanted.addAll(needed);
      wanted.removeAll(hierarchies.first().keySet());
      second.orElseThrow().makeBase();
      make(name.second().get());
      second.get().enable(wanted); // nobody can take the base away any more
    }
  }

  /** The base is there but before the first one, or after somebody has cleaned, which can be just now. */
  void make(Path directory) throws IOException {
    for (int i = 0; i < TRIES && !directory.toFile().mkdir() && !Files.isDirectory(directory); i++) {
      directory.getParent().toFile().mkdirs();
    }
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory); // which says why
    }
    inherit(directory);
  }

  /** Of version 1, a group of cpuset is of no use before it, and those around it, have processors and memory. */
  private void inherit(Path directory) throws IOException {
    Path base = first.get(Controller.CPUSET);
    if (base != null && directory.startsWith(base)) {
      for (String file : new String[] {"cpuset.cpus", "cpuset.mems"}) {
        if (KernelFile.read(directory.resolve(file)).orElse("").isEmpty()) {
          inherit(directory.getParent());
          KernelFile.write(directory.resolve(file), KernelFile.read(directory.getParent().resolve(file)).orElse("0"));
        }
      }
    }
  }

  /** This process is where others can be taken from into groups of version 2. */
  void enter() {
    second.ifPresent(base -> base.base(true));
  }

  /** Whether some of them are to be had in version 2, where the container has no group yet. */
  boolean takesSecond(Set<Controller> controllers, GroupName name) {
    Set<Controller> others = EnumSet.copyOf(controllers);
    others.removeAll(hierarchies.first().keySet());
    return name.second().isEmpty() && !others.isEmpty() && ofSecond().containsAll(others);
  }

  /** Where a container's groups of more controllers are to be, after what version 2 needs was done; of version 1 they have to be made. */
  List<Path> placesOf(Set<Controller> controllers, GroupName name) {
    List<Path> places = new ArrayList<>();
    Set<Controller> others = EnumSet.noneOf(Controller.class);
    for (Controller controller : controllers) {
      if (ofFirst().contains(controller)) {
        places.add(first.get(controller).resolve(name.leaf()));
      } else if (hierarchies.first().containsKey(controller) || name.second().isEmpty() || !ofSecond().contains(controller)) {
        throw new Missing(this, controller, OwnGroup.hasSystemd()).explain();
      } else {
        others.add(controller);
      }
    }
    if (!others.isEmpty()) {
      second.orElseThrow().enableBelow(name.second().get().getParent(), others);
    }
    return places;
  }

  /** With groups of version 1 that were made for it later. */
  GroupName completed(GroupName name) {
    Map<Controller, Path> all = new EnumMap<>(Controller.class);
    first.forEach((controller, base) -> {
      Path directory = base.resolve(name.leaf());
      if (!name.first().containsKey(controller) && !name.leaf().isEmpty() && Files.isDirectory(directory)) {
        all.put(controller, directory);
      }
    });
    if (all.isEmpty()) {
      return name;
    }
    all.putAll(name.first());
    return new GroupName(all, name.second());
  }

  /** The names of all groups of an owner that are there, with what is left of each. */
  List<GroupName> found(String owner) {
    Set<String> leaves = new TreeSet<>();
    List<Path> bases = new ArrayList<>(first.values());
    second.flatMap(SecondBase::known).ifPresent(bases::add);
    for (Path base : bases) {
      String[] names = base.toFile().list();
      for (String leaf : names == null ? new String[0] : names) {
        if (leaf.startsWith(owner + "-")) {
          leaves.add(leaf);
        }
      }
    }
    List<GroupName> found = new ArrayList<>();
    for (String leaf : leaves) {
      Map<Controller, Path> directories = new EnumMap<>(Controller.class);
      first.forEach((controller, base) -> {
        if (Files.isDirectory(base.resolve(leaf))) {
          directories.put(controller, base.resolve(leaf));
        }
      });
      found.add(new GroupName(directories, second.flatMap(SecondBase::known).map(base -> base.resolve(leaf)).filter(Files::isDirectory)));
    }
    return found;
  }

  /** Those that are empty: another start makes them again. Of other users' nothing is touched. */
  void removeEmpty() {
    if (uid == 0) {
      first.values().forEach(base -> base.toFile().delete());
    }
    second.ifPresent(SecondBase::removeEmpty);
  }

  /** Why this user can have no groups at all. */
  Optional<String> unavailable() {
    if (hierarchies.first().isEmpty() && hierarchies.second().isEmpty()) {
      return Optional.of("no control groups are mounted here. In a container that is as it should be: limit it from outside; on a host, mount them"
          + " with mount -t cgroup2 none /sys/fs/cgroup");
    }
    if (!ofFirst().isEmpty() || second.isPresent() && second.get().isUsable()) {
      return Optional.empty();
    }
    if (second.isPresent() && hierarchies.first().isEmpty()) {
      return Optional.of(second.get().reason());
    }
    return Optional.of(Missing.delegation(this, EnumSet.of(Controller.MEMORY, Controller.PIDS, Controller.FREEZER)));
  }

  /** The base of a controller in version 1. */
  Path base(Controller controller) {
    return first.get(controller);
  }

  long uid() {
    return uid;
  }
}
