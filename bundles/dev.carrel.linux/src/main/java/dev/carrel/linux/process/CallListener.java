package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.Launcher.Listener;
import dev.carrel.linux.libc.LibC;
import java.nio.charset.StandardCharsets;

/** Hands the descriptor by which a filter tells of system calls to who decides about them; see seccomp_unotify(2). */
final class CallListener {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  /** struct sockaddr_un, whose name ends with NUL. */
  private static final int ADDRESS_SIZE = 110;
  private static final int LONGEST_NAME = 107;

  private CallListener() {}

  /** @throws CarrelException if nobody takes it */
  static void give(Listener listener, long pid, int descriptor) {
    byte[] name = listener.socket().toString().getBytes(StandardCharsets.UTF_8);
    if (name.length > LONGEST_NAME) {
      throw failure(listener, "the name of a socket has at most " + LONGEST_NAME + " bytes");
    }
    int socket = LibC.socket(AF_UNIX, SOCK_STREAM | LibC.O_CLOEXEC, 0);
    if (socket < 0) {
      throw failure(listener, "socket: " + LibC.lastError());
    }
    try {
      Memory address = LibC.zeros(ADDRESS_SIZE);
      address.setShort(0, (short) AF_UNIX);
      address.write(2, name, 0, name.length);
      if (LibC.connect(socket, address, ADDRESS_SIZE) < 0) {
        throw failure(listener, "connect: " + LibC.lastError() + ". Start the program that listens there first");
      }
      if (!RightsMessage.send(socket, listener.message().apply(pid).getBytes(StandardCharsets.UTF_8), descriptor)) {
        throw failure(listener, "sendmsg: " + LibC.lastError());
      }
    } finally {
      LibC.close(socket);
    }
  }

  private static CarrelException failure(Listener listener, String why) {
    return CarrelException.failed("cannot hand over the system calls that the filter tells of: cannot reach " + listener.socket()
        + " (listenerPath): " + why);
  }
}
