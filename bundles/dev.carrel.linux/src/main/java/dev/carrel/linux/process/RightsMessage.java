package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.linux.libc.LibC;
import java.util.OptionalInt;

/** Descriptors on their way through a UNIX socket: SCM_RIGHTS; see unix(7), cmsg(3). Layouts are those of 64-bit Linux. */
final class RightsMessage {
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int VECTOR = 56; // after struct msghdr; struct iovec: 16 bytes
  private static final int ANCILLARY = 72; // struct cmsghdr: 16 bytes, then the descriptors
  private static final int ANCILLARY_HEADER = 16;

  private RightsMessage() {}

  /**
   * Sends bytes, at least one, and descriptors, which stay the caller's as well.
   *
   * @return whether all of it was sent
   */
  static boolean send(int socket, byte[] payload, int... descriptors) {
    int size = ANCILLARY_HEADER + 4 * descriptors.length;
    int payloadAt = ANCILLARY + (size + 7 & ~7);
    Memory memory = header(payloadAt, payload.length, size + 7 & ~7);
    memory.write(payloadAt, payload, 0, payload.length);
    memory.setLong(ANCILLARY, size);
    memory.setInt(ANCILLARY + 8, 1); // SOL_SOCKET
    memory.setInt(ANCILLARY + 12, 1); // SCM_RIGHTS
    memory.write(ANCILLARY + ANCILLARY_HEADER, descriptors, 0, descriptors.length);
    return LibC.sendmsg(socket, memory, LibC.MSG_NOSIGNAL) == payload.length;
  }

  /** Receives one descriptor, close-on-exec, which came with one byte; nothing if there is none. */
  static OptionalInt receive(int socket) {
    int size = ANCILLARY_HEADER + 8;
    Memory memory = header(ANCILLARY + size, 1, size);
    boolean received = LibC.recvmsg(socket, memory, MSG_CMSG_CLOEXEC) == 1 && memory.getLong(40) >= ANCILLARY_HEADER + 4;
    return received ? OptionalInt.of(memory.getInt(ANCILLARY + ANCILLARY_HEADER)) : OptionalInt.empty();
  }

  /** A struct msghdr with one piece of payload. */
  private static Memory header(int payloadAt, int payload, int ancillary) {
    Memory memory = LibC.zeros(payloadAt + payload);
    memory.setPointer(VECTOR, memory.share(payloadAt));
    memory.setLong(VECTOR + 8, payload);
    memory.setPointer(16, memory.share(VECTOR));
    memory.setLong(24, 1);
    memory.setPointer(32, memory.share(ANCILLARY));
    memory.setLong(40, ancillary);
    return memory;
  }
}
