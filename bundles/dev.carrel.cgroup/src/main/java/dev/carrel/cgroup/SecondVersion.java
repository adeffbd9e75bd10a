package dev.carrel.cgroup;

import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes limits in the notation of control groups of version 2; see the kernel's cgroup-v2.rst.
 *
 * @param directory the group
 * @param controllers those that are there in this version, and not in version 1
 */
record SecondVersion(Path directory, Set<Controller> controllers) {
  /** In microseconds. */
  private static final long PERIOD = 100_000;

  private Path file(String name) {
    return directory.resolve(name);
  }

  /** What has to be written, in this order; of controllers that are here. */
  List<Setting> settings(Limits limits) {
    List<Setting> settings = new ArrayList<>();
    if (controllers.contains(Controller.MEMORY)) {
      memory(limits, settings);
    }
    if (controllers.contains(Controller.PIDS)) {
      add(settings, "limit the number of processes of a container", "pids.max", limits.processes(), "");
    }
    if (controllers.contains(Controller.CPU)) {
      limits.cpus().ifPresent(cpus -> settings.add(new Setting("limit the processor time of a container", file("cpu.max"),
          (cpus.isUnlimited() ? "max" : Long.toString(cpus.value() * PERIOD / 1000)) + " " + PERIOD, "as its kernel was built without CONFIG_CFS_BANDWIDTH")));
      limits.cpuWeight().ifPresent(weight -> settings.add(
          new Setting("weigh the processor time of a container", file("cpu.weight"), Integer.toString(weight), "")));
    }
    if (controllers.contains(Controller.CPUSET) && limits.cpuset().isPresent()) {
      settings.add(new Setting("keep a container to processors " + limits.cpuset().get(), file("cpuset.cpus"), limits.cpuset().get().toString(), ""));
    }
    if (controllers.contains(Controller.IO)) {
      devices(limits, settings);
    }
    if (controllers.contains(Controller.HUGETLB)) {
      limits.hugePages().forEach((size, bytes) -> add(settings, "limit the huge pages of " + size + " of a container", "hugetlb." + size + ".max",
          Optional.of(bytes), "as its processor has no pages of that size"));
    }
    return settings;
  }

  private void memory(Limits limits, List<Setting> settings) {
    add(settings, "slow a container down from some memory on", "memory.high", limits.memoryHigh(), "");
    add(settings, "limit the swap of a container", "memory.swap.max", limits.swap(),
        "as its kernel counts no swap: boot it with swapaccount=1, or leave --swap out");
    add(settings, "limit the memory of a container", "memory.max", limits.memory(), "as it was booted with cgroup_disable=memory");
  }

  private void devices(Limits limits, List<Setting> settings) {
    limits.ioWeight().ifPresent(weight -> settings.addAll(Weighing.here(directory).settings(weight)));
    for (IoLimit rate : limits.io()) {
      StringBuilder line = new StringBuilder(rate.device());
      append(line, "rbps", rate.readBytes());
      append(line, "wbps", rate.writtenBytes());
      append(line, "riops", rate.reads());
      append(line, "wiops", rate.writes());
      settings.add(new Setting("limit how fast a container uses device " + rate.device(), file("io.max"), line.toString(),
          "as its kernel was built without CONFIG_BLK_DEV_THROTTLING"));
    }
  }

  private static void append(StringBuilder line, String name, Optional<Bound> bound) {
    bound.ifPresent(number -> line.append(' ').append(name).append('=').append(word(number)));
  }

  private void add(List<Setting> settings, String purpose, String name, Optional<Bound> bound, String absent) {
    bound.ifPresent(number -> settings.add(new Setting(purpose, file(name), word(number), absent)));
  }

  private static String word(Bound bound) {
    return bound.isUnlimited() ? "max" : Long.toString(bound.value());
  }
}
