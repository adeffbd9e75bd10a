package dev.carrel.backend.oci;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a configuration depends on beside its plan.
 *
 * @param umask of this process
 * @param openFiles how many files a process may have open, softly and at most; empty if there is no such limit
 * @param wholeSys whether the kernel will let a user namespace mount sysfs, as who mounts it sees all of it anyway
 * @param hybrid whether there are control groups of both versions
 */
record HostFacts(int umask, Optional<OpenFiles> openFiles, boolean wholeSys, boolean hybrid) {
  /** A limit of getrlimit(2). */
  record OpenFiles(long soft, long hard) {}

  private static final Path SYS = Path.of("/sys");
  /** Where the kernel keeps a place for other file systems: what is mounted there covers nothing. */
  private static final Set<String> PLACES = Set.of("/sys/fs/cgroup", "/sys/fs/bpf", "/sys/fs/pstore", "/sys/fs/fuse/connections", "/sys/fs/selinux",
      "/sys/fs/smackfs", "/sys/fs/resctrl", "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/kernel/config", "/sys/kernel/security",
      "/sys/firmware/efi/efivars", "/sys/hypervisor");
  /** In the files of /proc, fields have at least two spaces between them where a name may have one. */
  private static final String GAP = "\\s{2,}";

  /** Of this process and host. */
  static HostFacts now() {
    try {
      return new HostFacts(umask(Files.readAllLines(Path.of("/proc/self/status"))), openFiles(Files.readAllLines(Path.of("/proc/self/limits"))),
          wholeSys(Files.readAllLines(Path.of("/proc/self/mountinfo"))), Files.exists(Path.of("/sys/fs/cgroup/unified")));
    } catch (IOException e) {
      throw CarrelException.failed("cannot find out what a container inherits: " + e.getMessage(), e);
    }
  }

  /** See proc_pid_status(5). */
  static int umask(List<String> status) {
    for (String line : status) {
      if (line.startsWith("Umask:")) {
        return Integer.parseInt(line.substring("Umask:".length()).strip(), 8);
      }
    }
    return 022;
  }

  /** See proc_pid_limits(5). */
  static Optional<OpenFiles> openFiles(List<String> limits) {
    for (String line : limits) {
      if (line.startsWith("Max open files")) {
        String[] fields = line.split(GAP);
        if (fields.length >= 3 && fields[1].matches("\\d+") && fields[2].matches("\\d+")) {
          return Optional.of(new OpenFiles(Long.parseLong(fields[1]), Long.parseLong(fields[2])));
        }
      }
    }
    return Optional.empty();
  }

  /** See proc_pid_mountinfo(5), and mount_namespaces(7). */
  static boolean wholeSys(List<String> mountinfo) {
    boolean whole = false;
    for (String line : mountinfo) {
      String[] fields = line.split(" ");
      Path place = Path.of(fields[4]);
      if (place.equals(SYS)) {
        whole = line.contains(" - sysfs ") && fields[3].equals("/");
      } else if (place.startsWith(SYS) && PLACES.stream().noneMatch(known -> place.startsWith(known))) {
        whole = false;
      }
    }
    return whole;
  }
}
