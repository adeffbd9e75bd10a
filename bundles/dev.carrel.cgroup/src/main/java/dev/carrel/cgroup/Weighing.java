package dev.carrel.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who weighs what groups of version 2 read and write: the scheduler bfq of a disk, or the kernel's io.cost. Their files can be there although
 * nobody does.
 *
 * @param group the group
 * @param disks as in sysfs
 */
record Weighing(Path group, Path disks) {
  private static final String BFQ = "io.bfq.weight";

  /** The files for weights that count. */
  List<String> files() {
    List<String> files = new ArrayList<>();
    if (costs()) {
      files.add("io.weight");
    }
    if (Files.exists(group.resolve(BFQ)) && schedules()) {
      files.add(BFQ);
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

  /** The heaviest that a file takes. */
  static int most(String file) {
    return file.equals(BFQ) ? 1000 : 10_000;
  }
}
