package dev.carrel.linux;

import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Instruction;

/** A system call of a program failed while a container was set up. */
public final class LaunchFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Instruction instruction;
  private final int errno;

  /** The instruction that failed, and with what. */
  public LaunchFailure(Instruction instruction, int errno) {
    super(instruction + ": " + Errno.describe(errno));
    this.instruction = instruction;
    this.errno = errno;
  }

  /** What failed. */
  public Instruction instruction() {
    return instruction;
  }

  /** With which error; see errno(3). */
  public int errno() {
    return errno;
  }
}
