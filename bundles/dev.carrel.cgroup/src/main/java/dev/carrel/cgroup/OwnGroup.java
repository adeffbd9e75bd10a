package dev.carrel.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The group of version 2 in which this process is.
 *
 * @param mount where that version is mounted
 */
record OwnGroup(Path mount) {
  /** Where this process goes to, as its own group must have none when controllers are enabled in it. */
  static final String ASIDE = "carrel-self";

  /** Its directory. */
  Path directory() {
    for (String line : KernelFile.read(Path.of("/proc/self/cgroup")).orElse("").split("\n")) {
      if (line.startsWith("0::/")) {
        return mount.resolve(line.substring("0::/".length())).normalize();
      }
    }
    return mount;
  }

  /** Only the root of the whole hierarchy has no type, and may have processes beside groups. */
  boolean seesRoot() {
    return !Files.exists(mount.resolve("cgroup.type"));
  }

  /** Whether systemd is this host's init, and so divides what there is. */
  static boolean hasSystemd() {
    return Files.isDirectory(Path.of("/run/systemd/system"));
  }

  /** Whether a group is this user's to divide: systemd says so by an attribute; without systemd, its owner may. */
  static boolean isDelegated(Path directory) {
    try {
      byte[] mark = (byte[]) Files.getAttribute(directory, "user:delegate");
      return Arrays.equals(mark, new byte[] {'1'});
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return !hasSystemd() && Files.isWritable(directory) && Files.isWritable(directory.resolve("cgroup.procs"));
    }
  }
}
