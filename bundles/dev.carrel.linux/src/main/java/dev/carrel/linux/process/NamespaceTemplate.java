package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.linux.MountTemplate;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Program;

/** A template's process, which listens at the other end of a socket. */
final class NamespaceTemplate implements MountTemplate {
  // As in ReceivedDescriptor: layouts of 64-bit Linux.
  private static final int VECTOR = 56;
  private static final int PAYLOAD = 72;
  private static final int ANCILLARY = 80;
  private static final int ANCILLARY_HEADER = 16;

  private final Program program;
  private final int pid;
  private final int control;
  private final HostMounts mounts;
  private boolean outdated;
  private boolean closed;

  /** @param control its socket, which is closed with this */
  NamespaceTemplate(Program program, int pid, int control, HostMounts mounts) {
    this.program = program;
    this.pid = pid;
    this.control = control;
    this.mounts = mounts;
  }

  Program program() {
    return program;
  }

  /**
   * Has it clone a container that gets these descriptors. They stay the caller's as well.
   *
   * @throws IllegalStateException if it is closed, or its process has ended
   */
  synchronized void clone(int[] descriptors) {
    if (closed) {
      throw new IllegalStateException("the template is closed");
    }
    int size = ANCILLARY_HEADER + 4 * descriptors.length;
    Memory memory = LibC.zeros(ANCILLARY + (size + 7 & ~7));
    memory.setPointer(VECTOR, memory.share(PAYLOAD));
    memory.setLong(VECTOR + 8, 1);
    memory.setPointer(16, memory.share(VECTOR));
    memory.setLong(24, 1);
    memory.setPointer(32, memory.share(ANCILLARY));
    memory.setLong(40, size + 7 & ~7);
    memory.setLong(ANCILLARY, size);
    memory.setInt(ANCILLARY + 8, 1); // SOL_SOCKET
    memory.setInt(ANCILLARY + 12, 1); // SCM_RIGHTS
    memory.write(ANCILLARY + ANCILLARY_HEADER, descriptors, 0, descriptors.length);
    if (LibC.sendmsg(control, memory, LibC.MSG_NOSIGNAL) != 1) {
      throw lost();
    }
  }

  /** Its process has been killed by somebody: another has to be built. */
  synchronized IllegalStateException lost() {
    outdated = true;
    return new IllegalStateException("the template's process has ended");
  }

  @Override
  public synchronized boolean isCurrent() {
    if (!closed && !outdated) {
      outdated = !mounts.unchanged();
    }
    return !closed && !outdated;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LibC.close(control); // it ends by that
      mounts.close();
      SpawnLauncher.reap(pid);
    }
  }
}
