package dev.carrel.cgroup;

import dev.carrel.api.CarrelException;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.OutOfMemory;
import dev.carrel.api.resource.ResourceGroup;
import dev.carrel.api.resource.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One container's control groups. */
final class CgroupGroup implements ResourceGroup {
  /** How long what is killed may take to be gone, and what is frozen to stop; in seconds. */
  private static final long PATIENCE = 10;
  private static final long LOOK_MILLIS = 2;
  private static final long SOON_NANOS = 5_000_000;
  /** The group inside that is somebody else's to divide: its limits are those of the one around, whose files stay out of reach. */
  private static final String DELEGATED = "inside";
  /** As /sys/kernel/cgroup/delegate lists them, but for what says how much. */
  private static final List<String> DELEGATED_FILES = List.of("cgroup.procs", "cgroup.threads", "cgroup.subtree_control");

  private final String name;
  private final Bases bases;
  private volatile GroupName reserved;

  CgroupGroup(GroupName reserved, Bases bases) {
    this.name = reserved.toString();
    this.reserved = bases.divided(reserved);
    this.bases = bases;
  }

  @Override
  public String name() {
    return name;
  }

  /** With those into which it came later, as a limit was changed that it did not have before. */
  private GroupName all() {
    return bases.completed(reserved);
  }

  /** Of version 1, {@code tasks}: a process of one thread that writes there itself waits for nobody. */
  @Override
  public GroupEntry birth() {
    return new GroupEntry(reserved.second().isPresent() ? Optional.of(inhabited(reserved.second().get())) : Optional.empty(),
        files(reserved.firstDirectories(), "tasks"));
  }

  /** Where processes are: in the group itself, or in that which was delegated. */
  private static Path inhabited(Path directory) {
    Path inner = directory.resolve(DELEGATED);
    return Files.isDirectory(inner, LinkOption.NOFOLLOW_LINKS) ? inner : directory;
  }

  @Override
  public void delegate(long user, long group) {
    try {
      reserved = bases.divide(reserved);
      Path inner = reserved.second().orElseThrow().resolve(DELEGATED);
      bases.make(inner);
      own(inner, user, group);
      for (String file : DELEGATED_FILES) {
        if (Files.exists(inner.resolve(file))) {
          own(inner.resolve(file), user, group);
        }
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot give a container control groups that it may change: " + e.getMessage(), e);
    }
  }

  private static void own(Path file, long user, long group) throws IOException {
    Files.setAttribute(file, "unix:uid", (int) user);
    Files.setAttribute(file, "unix:gid", (int) group);
  }

  @Override
  public GroupEntry entry() {
    GroupName name = all();
    List<Path> files = new ArrayList<>(files(name.firstDirectories(), "tasks"));
    if (name.second().isPresent()) {
      bases.enter(); // of version 2, a process comes only from where it may leave
      files.add(inhabited(name.second().get()).resolve("cgroup.procs"));
    }
    return new GroupEntry(Optional.empty(), files);
  }

  private static List<Path> files(Set<Path> directories, String file) {
    List<Path> files = new ArrayList<>(directories.size());
    for (Path directory : directories) {
      files.add(directory.resolve(file));
    }
    return files;
  }

  /** What another update that was broken off has left where it was comes along. */
  @Override
  public void update(Limits limits) {
    Set<Controller> needed = Controller.neededBy(limits);
    Set<Controller> missing = EnumSet.noneOf(Controller.class);
    missing.addAll(needed);
    missing.removeAll(all().first().keySet());
    GroupName before = reserved;
    try {
      if (!missing.isEmpty() && bases.takesSecond(missing, before)) {
        reserved = bases.divide(before); // on a hybrid host, where it had only groups of version 1
      }
      join(placesOf(needed, missing));
    } catch (IOException | RuntimeException e) {
      if (before.second().isEmpty()) {
        reserved.second().ifPresent(directory -> directory.toFile().delete());
        reserved = bases.divided(before); // what has come into it already is there
      }
      throw e instanceof RuntimeException known ? known
          : CarrelException.failed("cannot change the limits of this container: its processes cannot be moved: " + e.getMessage(), e);
    }
    Setting.apply(settings(limits));
  }

  /** Where all its processes have to be, and some are not. */
  private List<Path> placesOf(Set<Controller> needed, Set<Controller> missing) {
    Set<Path> places = new LinkedHashSet<>(bases.placesOf(missing, reserved));
    Set<Controller> second = EnumSet.noneOf(Controller.class);
    second.addAll(needed);
    all().first().forEach((controller, directory) -> {
      if (second.remove(controller)) {
        places.add(directory);
      }
    });
    if (!second.isEmpty()) {
      reserved.second().ifPresent(places::add);
    }
    places.removeIf(place -> Files.isDirectory(place) && !members().areOutside(place));
    return List.copyOf(places);
  }

  /** Has all its processes come into other groups: while nothing runs, nothing is forked. */
  private void join(List<Path> directories) throws IOException {
    if (directories.isEmpty()) {
      return;
    }
    boolean frozen = isFrozen();
    if (canFreeze()) {
      freeze();
    }
    try {
      for (Path directory : directories) {
        bases.make(directory);
        members().moveTo(directory, inhabited(directory).resolve("cgroup.procs"));
      }
    } catch (IOException e) {
      directories.forEach(directory -> directory.toFile().delete()); // which the kernel refuses where one is in it
      throw e;
    } finally {
      if (!frozen) {
        thaw();
      }
    }
  }

  private Members members() {
    return new Members(all().directories());
  }

  /** What has to be written. */
  List<Setting> settings(Limits limits) {
    GroupName name = all();
    List<Setting> settings = new ArrayList<>(new FirstVersion(name.first()).settings(limits));
    if (reserved.second().isPresent()) {
      Set<Controller> second = EnumSet.noneOf(Controller.class);
      second.addAll(Controller.neededBy(limits));
      second.removeAll(name.first().keySet());
      settings.addAll(new SecondVersion(reserved.second().get(), second).settings(limits));
    }
    return settings;
  }

  @Override
  public Usage usage() {
    return new Counters(all()).usage();
  }

  @Override
  public Optional<OutOfMemory> outOfMemory() {
    return new Counters(all()).outOfMemory();
  }

  private Optional<Path> freezer() {
    return Optional.ofNullable(reserved.first().get(Controller.FREEZER));
  }

  @Override
  public boolean canFreeze() {
    return freezer().isPresent() || reserved.second().isPresent() && Files.exists(reserved.second().get().resolve("cgroup.freeze"));
  }

  @Override
  public void freeze() {
    try {
      if (!freezeWithin()) {
        thaw();
        throw CarrelException.failed("cannot pause the container: after " + PATIENCE + " seconds not all of its processes have stopped."
            + " One waits in the kernel, for a disk or a network file system");
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot pause the container: the kernel's freezer refuses: " + e.getMessage(), e);
    }
  }

  private boolean freezeWithin() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    boolean first = freezer().isPresent();
    do {
      // What is FREEZING in version 1 has to be told again.
      KernelFile.write(first ? freezer().get().resolve("freezer.state") : reserved.second().orElseThrow().resolve("cgroup.freeze"), first ? "FROZEN" : "1");
      if (isFrozen()) {
        return true;
      }
      pause();
    } while (System.nanoTime() < deadline);
    return isFrozen();
  }

  /** Whether everything in it stands still. */
  boolean isFrozen() {
    if (freezer().isPresent()) {
      return KernelFile.read(freezer().get().resolve("freezer.state")).equals(Optional.of("FROZEN"));
    }
    return reserved.second().isPresent() && KernelFile.number(reserved.second().get().resolve("cgroup.events"), "frozen").orElse(0) == 1;
  }

  @Override
  public void thaw() {
    try {
      if (freezer().isPresent()) {
        if (Files.exists(freezer().get())) {
          KernelFile.write(freezer().get().resolve("freezer.state"), "THAWED");
        }
      } else if (reserved.second().isPresent() && Files.exists(reserved.second().get().resolve("cgroup.freeze"))) {
        KernelFile.write(reserved.second().get().resolve("cgroup.freeze"), "0");
      }
    } catch (IOException e) {
      if (isPopulated()) {
        throw CarrelException.failed("cannot resume the container: the kernel's freezer refuses: " + e.getMessage(), e);
      }
    }
  }

  /** Whether any process is in it. */
  boolean isPopulated() {
    for (Path directory : all().firstDirectories()) {
      if (!KernelFile.read(directory.resolve("cgroup.procs")).orElse("").isEmpty()) {
        return true;
      }
    }
    return reserved.second().isPresent() && KernelFile.number(reserved.second().get().resolve("cgroup.events"), "populated").orElse(0) == 1;
  }

  @Override
  public void kill() {
    try {
      boolean killed = reserved.second().isPresent() && Files.exists(reserved.second().get().resolve("cgroup.kill"));
      if (killed) {
        KernelFile.write(reserved.second().get().resolve("cgroup.kill"), "1");
        thaw(); // on a hybrid host, what stands still by version 1 does not even die
      }
      if (killed && !members().areOutside(reserved.second().get())) {
        return; // else a move to version 2 was broken off
      }
      if (freezer().isPresent() && Files.exists(freezer().get())) {
        killFrozen();
      } else {
        members().signal();
      }
    } catch (IOException e) {
      members().signal(); // it is gone, or the kernel is older than that file
    }
  }

  /** While nothing in it runs, nothing is forked; the signals arrive when it thaws. What cannot be frozen is killed all the same. */
  private void killFrozen() throws IOException {
    KernelFile.write(freezer().get().resolve("freezer.state"), "FROZEN");
    for (int look = 0; look < 50 && !isFrozen(); look++) {
      members().signal();
      pause();
    }
    members().signal();
    KernelFile.write(freezer().get().resolve("freezer.state"), "THAWED");
  }

  @Override
  public void remove() {
    long start = System.nanoTime();
    boolean interrupted = false;
    while (!removed() && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(PATIENCE)) {
      interrupted |= Thread.interrupted();
      if (System.nanoTime() - start < SOON_NANOS) {
        LockSupport.parkNanos(SOON_NANOS / 50); // what has ended is still on its way out
      } else {
        kill();
        pause();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean removed() {
    boolean all = true;
    for (Path directory : all().directories()) {
      all &= removed(directory);
    }
    return all;
  }

  private static boolean removed(Path directory) {
    if (directory.toFile().delete() || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    Members.inside(directory).forEach(CgroupGroup::removed);
    return directory.toFile().delete() || !Files.exists(directory);
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
