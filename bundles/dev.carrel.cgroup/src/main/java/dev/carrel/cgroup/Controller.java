package dev.carrel.cgroup;

import dev.carrel.api.resource.Limits;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The kernel's controllers that Carrel uses. */
enum Controller {
  MEMORY("memory", "memory"),
  PIDS("pids", "pids"),
  CPU("cpu", "cpu"),
  CPUSET("cpuset", "cpuset"),
  IO("blkio", "io"),
  HUGETLB("hugetlb", "hugetlb"),
  /** Counts processor time; in version 2 that is always done. */
  CPUACCT("cpuacct", ""),
  /** Stops processes; in version 2 that can always be done. */
  FREEZER("freezer", ""),
  /** In version 2 there is none. */
  DEVICES("devices", "");

  private final String first;
  private final String second;

  Controller(String first, String second) {
    this.first = first;
    this.second = second;
  }

  /** Its name in version 1. */
  String first() {
    return first;
  }

  /** Its name in version 2; empty if it has none there. */
  Optional<String> second() {
    return second.isEmpty() ? Optional.empty() : Optional.of(second);
  }

  /** The name that people know it by. */
  @Override
  public String toString() {
    return second.isEmpty() ? first : second;
  }

  static Optional<Controller> ofFirst(String name) {
    for (Controller controller : values()) {
      if (controller.first.equals(name)) {
        return Optional.of(controller);
      }
    }
    return Optional.empty();
  }

  /** Those without which limits could not be kept. */
  static Set<Controller> neededBy(Limits limits) {
    Set<Controller> needed = EnumSet.noneOf(Controller.class);
    if (limits.memory().isPresent() || limits.memoryHigh().isPresent() || limits.swap().isPresent()) {
      needed.add(MEMORY);
    }
    if (limits.processes().isPresent()) {
      needed.add(PIDS);
    }
    if (limits.cpus().isPresent() || limits.cpuWeight().isPresent()) {
      needed.add(CPU);
    }
    if (limits.cpuset().isPresent()) {
      needed.add(CPUSET);
    }
    if (limits.ioWeight().isPresent() || !limits.io().isEmpty()) {
      needed.add(IO);
    }
    if (!limits.hugePages().isEmpty()) {
      needed.add(HUGETLB);
    }
    return needed;
  }
}
