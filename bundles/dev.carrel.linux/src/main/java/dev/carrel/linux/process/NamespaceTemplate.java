package dev.carrel.linux.process;

import dev.carrel.linux.MountTemplate;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Program;

/** A template's process, which listens at the other end of a socket. */
final class NamespaceTemplate implements MountTemplate {
  private static final byte[] WORD = new byte[1];

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
    if (!RightsMessage.send(control, WORD, descriptors)) {
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
      Launching.reap(pid);
    }
  }
}
