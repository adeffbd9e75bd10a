package dev.carrel.cgroup;

import dev.carrel.api.CarrelException;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Devices;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes limits in the notation of control groups of version 1; see cgroups(7). */
record FirstVersion(Map<Controller, Path> directories) {
  /** In microseconds. */
  private static final long PERIOD = 100_000;
  private static final int USUAL_SHARES = 1024;
  private static final int USUAL_WEIGHT = 100;
  /** null, zero, full, random, urandom, tty, console, ptmx, and terminals. */
  private static final List<String> HARMLESS = List.of(
      "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm");

  private boolean has(Controller controller) {
    return directories.containsKey(controller);
  }

  private Path file(Controller controller, String name) {
    return directories.get(controller).resolve(name);
  }

  /** What has to be written, in this order; of controllers that are here. */
  List<Setting> settings(Limits limits) {
    List<Setting> settings = new ArrayList<>();
    if (has(Controller.MEMORY)) {
      memory(limits, settings);
    }
    if (has(Controller.PIDS) && limits.processes().isPresent()) {
      settings.add(new Setting("limit the number of processes of a container", file(Controller.PIDS, "pids.max"), word(limits.processes().get()), ""));
    }
    if (has(Controller.CPU)) {
      processors(limits, settings);
    }
    if (has(Controller.CPUSET) && limits.cpuset().isPresent()) {
      settings.add(new Setting("keep a container to processors " + limits.cpuset().get() + ", where those around it have "
          + KernelFile.read(directories.get(Controller.CPUSET).getParent().getParent().resolve("cpuset.cpus")).orElse("none"),
          file(Controller.CPUSET, "cpuset.cpus"), limits.cpuset().get().toString(), ""));
    }
    if (has(Controller.IO)) {
      devices(limits, settings);
    }
    if (has(Controller.HUGETLB)) {
      limits.hugePages().forEach((size, bytes) -> settings.add(new Setting("limit the huge pages of " + size + " of a container",
          file(Controller.HUGETLB, "hugetlb." + size + ".limit_in_bytes"), number(bytes), "as its processor has no pages of that size")));
    }
    return settings;
  }

  private void memory(Limits limits, List<Setting> settings) {
    if (limits.memoryHigh().isPresent()) {
      throw CarrelException.failed("cannot slow a container down from some memory on (--memory-high): the controller memory has that only in cgroup"
          + " version 2, and here it is in version 1. Use --memory, or boot the host with systemd.unified_cgroup_hierarchy=1");
    }
    Path file = file(Controller.MEMORY, "memory.limit_in_bytes");
    Setting memory = limits.memory().isEmpty() ? null
        : new Setting("limit the memory of a container", file, number(limits.memory().get()), "as it was booted with cgroup_disable=memory");
    Path both = file(Controller.MEMORY, "memory.memsw.limit_in_bytes");
    long swap = limits.swap().isPresent() ? limits.swap().get().value() : swapNow(file, both);
    if (limits.swap().isEmpty() && (memory == null || swap == Bound.UNLIMITED)) {
      if (memory != null) {
        settings.add(memory);
      }
      return;
    }
    long bytes = memory != null ? limits.memory().get().value() : limit(file).orElse(Bound.UNLIMITED);
    if (bytes == Bound.UNLIMITED && swap != Bound.UNLIMITED) {
      throw CarrelException.usage("cannot limit the swap of a container without its memory: cgroup version 1 limits their sum. Add --memory");
    }
    Setting sum = new Setting("limit the swap of a container", both, swap == Bound.UNLIMITED ? "-1" : Long.toString(saturated(bytes, swap)),
        "as its kernel counts no swap: boot it with swapaccount=1, or leave --swap out");
    // The sum is never the less of both.
    boolean first = memory != null && limit(both).isPresent() && (bytes == Bound.UNLIMITED || bytes > limit(both).getAsLong());
    if (first || memory == null) {
      settings.add(sum);
    }
    if (memory != null) {
      settings.add(memory);
    }
    if (!first && memory != null) {
      settings.add(sum);
    }
  }

  private static long saturated(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  /** How much swap it may have now. */
  private static long swapNow(Path memory, Path both) {
    OptionalLong sum = limit(both);
    return sum.isPresent() && limit(memory).isPresent() ? sum.getAsLong() - limit(memory).getAsLong() : Bound.UNLIMITED;
  }

  /** What a file says; nothing if that is more than any machine has. */
  static OptionalLong limit(Path file) {
    OptionalLong bytes = KernelFile.number(file);
    return bytes.isPresent() && bytes.getAsLong() < Long.MAX_VALUE / 2 ? bytes : OptionalLong.empty();
  }

  private void processors(Limits limits, List<Setting> settings) {
    limits.cpus().ifPresent(cpus -> {
      String why = "as its kernel was built without CONFIG_CFS_BANDWIDTH";
      settings.add(new Setting("limit the processor time of a container", file(Controller.CPU, "cpu.cfs_period_us"), Long.toString(PERIOD), why));
      settings.add(new Setting("limit the processor time of a container", file(Controller.CPU, "cpu.cfs_quota_us"),
          cpus.isUnlimited() ? "-1" : Long.toString(cpus.value() * PERIOD / 1000), why));
    });
    limits.cpuWeight().ifPresent(weight -> settings.add(new Setting("weigh the processor time of a container", file(Controller.CPU, "cpu.shares"),
        Long.toString(Math.max(2, (long) weight * USUAL_SHARES / USUAL_WEIGHT)), "")));
  }

  private void devices(Limits limits, List<Setting> settings) {
    limits.ioWeight().ifPresent(weight -> settings.addAll(Weighing.here(directories.get(Controller.IO)).settings(weight)));
    for (IoLimit rate : limits.io()) {
      throttle(rate, "read_bps_device", rate.readBytes(), settings);
      throttle(rate, "write_bps_device", rate.writtenBytes(), settings);
      throttle(rate, "read_iops_device", rate.reads(), settings);
      throttle(rate, "write_iops_device", rate.writes(), settings);
    }
  }

  private void throttle(IoLimit rate, String name, Optional<Bound> bound, List<Setting> settings) {
    bound.ifPresent(number -> settings.add(new Setting("limit how fast a container uses device " + rate.device(),
        file(Controller.IO, "blkio.throttle." + name), rate.device() + " " + (number.isUnlimited() ? 0 : number.value()),
        "as its kernel was built without CONFIG_BLK_DEV_THROTTLING")));
  }

  /**
   * Nothing but what it may use.
   *
   * @param harmless whether it may use the harmless ones and nothing else already
   */
  List<Setting> devices(Devices devices, boolean harmless) {
    if (!has(Controller.DEVICES) || devices.every() && !harmless) {
      return List.of();
    }
    String purpose = "keep a container from devices";
    if (devices.every()) {
      return List.of(new Setting(purpose, file(Controller.DEVICES, "devices.allow"), "a", ""));
    }
    List<Setting> settings = new ArrayList<>();
    if (!harmless) {
      settings.add(new Setting(purpose, file(Controller.DEVICES, "devices.deny"), "a", ""));
      for (String device : HARMLESS) {
        settings.add(new Setting(purpose, file(Controller.DEVICES, "devices.allow"), device, ""));
      }
    }
    devices.more().forEach(device -> settings.add(new Setting(purpose, file(Controller.DEVICES, "devices.allow"),
        (device.block() ? "b " : "c ") + device.major() + ":" + device.minor() + " rw", "")));
    return settings;
  }

  /** As {@code -1}, if there is none. */
  private static String number(Bound bound) {
    return Long.toString(bound.value());
  }

  /** As {@code max}, if there is none. */
  private static String word(Bound bound) {
    return bound.isUnlimited() ? "max" : Long.toString(bound.value());
  }
}
