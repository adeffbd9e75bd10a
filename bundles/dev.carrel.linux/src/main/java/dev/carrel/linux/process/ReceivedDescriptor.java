package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;

/** Receives a descriptor that was sent with SCM_RIGHTS; see unix(7), cmsg(3). Layouts are those of 64-bit Linux. */
final class ReceivedDescriptor {
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int HEADER = 0; // struct msghdr: 56 bytes
  private static final int VECTOR = 56; // struct iovec: 16 bytes
  private static final int PAYLOAD = 72; // 1 byte
  private static final int ANCILLARY = 80; // struct cmsghdr: 16 bytes, then the descriptor
  private static final int ANCILLARY_SIZE = 24;

  private ReceivedDescriptor() {}

  static int receive(int socket) {
    Memory memory = LibC.zeros(ANCILLARY + ANCILLARY_SIZE);
    memory.setPointer(VECTOR, memory.share(PAYLOAD));
    memory.setLong(VECTOR + 8, 1);
    memory.setPointer(HEADER + 16, memory.share(VECTOR));
    memory.setLong(HEADER + 24, 1);
    memory.setPointer(HEADER + 32, memory.share(ANCILLARY));
    memory.setLong(HEADER + 40, ANCILLARY_SIZE);
    if (LibC.recvmsg(socket, memory, MSG_CMSG_CLOEXEC) != 1 || memory.getLong(HEADER + 40) < 20) {
      throw CarrelException.failed("the container did not hand over its terminal: recvmsg: " + LibC.lastError());
    }
    return memory.getInt(ANCILLARY + 16);
  }
}
