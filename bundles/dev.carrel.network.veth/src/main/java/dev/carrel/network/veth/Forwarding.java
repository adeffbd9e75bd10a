package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the host passes on what is not for itself: switched on only if a network needs it, written down before, said, and switched off
 * again with the last network.
 */
final class Forwarding {
  private static final String NOTE = "forwarding";
  private static final Path IPV4 = Path.of("/proc/sys/net/ipv4/ip_forward");
  private static final Path SETTINGS_6 = Path.of("/proc/sys/net/ipv6/conf");
  private static final Path IPV6 = SETTINGS_6.resolve("all/forwarding");

  private final NetworkDirectory directory;

  Forwarding(NetworkDirectory directory) {
    this.directory = directory;
  }

  static boolean hasIpv6() {
    return Files.isDirectory(SETTINGS_6) && !"1".equals(read(SETTINGS_6.resolve("all/disable_ipv6")));
  }

  /**
   * Switches it on where it is not.
   *
   * @param ipv6 whether the host has addresses of IPv6 that others reach
   * @return what was done, in a user's words
   */
  Optional<String> ensure(boolean ipv6) {
    boolean needs4 = !"1".equals(read(IPV4));
    boolean needs6 = ipv6 && "0".equals(read(IPV6));
    if (!needs4 && !needs6) {
      return Optional.empty();
    }
    return directory.locked(() -> {
      StringBuilder undo = new StringBuilder(directory.note(NOTE).orElse(""));
      List<String> done = new ArrayList<>();
      if (needs4) {
        set(IPV4, "1", undo);
        done.add("net.ipv4.ip_forward");
      }
      if (needs6) {
        for (Path device : NetworkDirectory.children(SETTINGS_6)) { // a router believes no other, unless it is told to
          if ("1".equals(read(device.resolve("accept_ra")))) {
            set(device.resolve("accept_ra"), "2", undo);
          }
        }
        set(IPV6, "1", undo);
        done.add("net.ipv6.conf.all.forwarding");
      }
      return Optional.of("switched on " + String.join(" and ", done) + " on the host, until its last network is removed");
    });
  }

  /** As it was. The caller has the lock. */
  void restore() throws IOException {
    Optional<String> undo = directory.note(NOTE);
    if (undo.isEmpty()) {
      return;
    }
    String[] lines = undo.get().split("\n");
    for (int i = lines.length - 1; i >= 0; i--) {
      int equals = lines[i].indexOf('=');
      if (equals > 0 && Files.exists(Path.of(lines[i].substring(0, equals)))) {
        write(Path.of(lines[i].substring(0, equals)), lines[i].substring(equals + 1));
      }
    }
    directory.removeNote(NOTE);
  }

  private void set(Path setting, String value, StringBuilder undo) throws IOException {
    undo.append(setting).append('=').append(read(setting)).append('\n');
    directory.setNote(NOTE, undo.toString());
    write(setting, value);
  }

  /** @throws CarrelException if it cannot be written */
  static void write(Path setting, String value) {
    try {
      Files.writeString(setting, value);
    } catch (IOException e) {
      throw CarrelException.failed("cannot write " + value + " to " + setting + ", which a network needs: " + e.getMessage()
          + ". Is /proc/sys mounted read-only?", e);
    }
  }

  private static String read(Path setting) {
    try {
      return Files.readString(setting).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
