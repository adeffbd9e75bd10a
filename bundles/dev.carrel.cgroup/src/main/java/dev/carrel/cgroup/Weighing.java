package dev.carrel.cgroup;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who weighs what groups read and write: the scheduler bfq of a disk, or, in version 2, the kernel's io.cost. Their files can be there although
 * nobody does.
 *
 * @param group the group
 * @param disks as in sysfs
 */
record Weighing(Path group, Path disks) {
  private static final String BFQ = "io.bfq.weight";
  private static final String FIRST = "blkio.weight";
  private static final String FIRST_BFQ = "blkio.bfq.weight";

  /** For the disks of this host. */
  static Weighing here(Path group) {
    return new Weighing(group, Path.of("/sys/block"));
  }

  /**
   * The settings of a weight, in all files that count.
   *
   * @throws CarrelException if nobody weighs
   */
  List<Setting> settings(int weight) {
    String purpose = "weigh what a container reads and writes";
    List<Setting> settings = new ArrayList<>();
    for (String name : files()) {
      int number = Math.max(name.equals(FIRST) ? 10 : 1, Math.min(name.equals("io.weight") ? 10_000 : 1000, weight)); // 100 is the usual one everywhere
      settings.add(new Setting(purpose, group.resolve(name), Integer.toString(number), ""));
    }
    if (settings.isEmpty()) {
      throw CarrelException.failed("cannot " + purpose + " (--io-weight): no disk of this host has a scheduler that weighs. Set one to bfq (as root:"
          + " modprobe bfq; echo bfq > /sys/block/DISK/queue/scheduler), or use --io-max");
    }
    return settings;
  }

  /** The files for weights that count. */
  List<String> files() {
    List<String> files = new ArrayList<>();
    if (Files.exists(group.resolve(FIRST))) { // of cfq, which old kernels have
      files.add(FIRST);
    }
    if (costs()) {
      files.add("io.weight");
    }
    for (String name : new String[] {BFQ, FIRST_BFQ}) {
      if (Files.exists(group.resolve(name)) && schedules()) {
        files.add(name);
      }
    }
    return files;
  }

  /** Switched on for some disk; only the group of all has the file. A host that does not show it is believed. */
  private boolean costs() {
    if (!Files.exists(group.resolve("io.weight"))) {
      return false;
    }
    for (Path around = group; around != null; around = around.getParent()) {
      Path file = around.resolve("io.cost.qos");
      if (Files.exists(file)) {
        return KernelFile.read(file).orElse("").contains("enable=1");
      }
    }
    return true;
  }

  private boolean schedules() {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(disks)) {
      for (Path disk : all) {
        if (KernelFile.read(disk.resolve("queue/scheduler")).orElse("").contains("[bfq]")) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return true; // sysfs is not mounted: the kernel is believed
    }
  }
}
