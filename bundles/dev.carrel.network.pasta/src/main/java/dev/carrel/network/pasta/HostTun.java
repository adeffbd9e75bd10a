package dev.carrel.network.pasta;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** The device by which helpers make an interface; see the kernel's documentation of tun/tap. */
record HostTun(Path device) {
  static HostTun ofHost() {
    return new HostTun(Path.of("/dev/net/tun"));
  }

  /**
   * Why it cannot be used.
   *
   * @param root whether by root, whose helpers are somebody without rights
   */
  Optional<String> unavailable(boolean root) {
    if (!Files.exists(device)) {
      return Optional.of("there is no " + device + ". Ask an administrator to load the kernel's module for it: modprobe tun");
    }
    if (!(root ? openForAll() : Files.isReadable(device) && Files.isWritable(device))) {
      return Optional.of("you may not read and write " + device + ". Ask an administrator for what udev does elsewhere: chmod 0666 " + device);
    }
    return Optional.empty();
  }

  private boolean openForAll() {
    try {
      return Files.getPosixFilePermissions(device).containsAll(Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE));
    } catch (IOException e) {
      return false;
    }
  }
}
