package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.Launcher.Listener;
import dev.carrel.linux.libc.LibC;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Hands descriptors to others, who listen at a UNIX socket; see unix(7). */
final class HandOver {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  /** struct sockaddr_un, whose name ends with NUL. */
  private static final int ADDRESS_SIZE = 110;
  private static final int LONGEST_NAME = 107;

  private HandOver() {}

  /** The listener by which a filter tells of system calls; see seccomp_unotify(2). */
  static void ofListener(Listener listener, long pid, int descriptor) {
    give("hand over the system calls that the filter tells of", "listenerPath", listener.socket(), listener.message().apply(pid), descriptor);
  }

  /** A pidfd of a container's first process. */
  static void ofPidfd(Path socket, long pid, int descriptor) {
    give("hand over the container's pidfd", "pidfd-socket", socket, Long.toString(pid), descriptor);
  }

  /** @throws CarrelException if nobody takes it */
  private static void give(String attempt, String option, Path path, String message, int descriptor) {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    String failure = "cannot " + attempt + ": cannot reach " + path + " (" + option + "): ";
    if (name.length > LONGEST_NAME) {
      throw CarrelException.failed(failure + "the name of a socket has at most " + LONGEST_NAME + " bytes");
    }
    int socket = LibC.socket(AF_UNIX, SOCK_STREAM | LibC.O_CLOEXEC, 0);
    if (socket < 0) {
      throw CarrelException.failed(failure + "socket: " + LibC.lastError());
    }
    try {
      Memory address = LibC.zeros(ADDRESS_SIZE);
      address.setShort(0, (short) AF_UNIX);
      address.write(2, name, 0, name.length);
      if (LibC.connect(socket, address, ADDRESS_SIZE) < 0) {
        throw CarrelException.failed(failure + "connect: " + LibC.lastError() + ". Start the program that listens there first");
      }
      if (!RightsMessage.send(socket, message.getBytes(StandardCharsets.UTF_8), descriptor)) {
        throw CarrelException.failed(failure + "sendmsg: " + LibC.lastError());
      }
    } finally {
      LibC.close(socket);
    }
  }
}
