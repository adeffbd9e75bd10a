package dev.carrel.linux;

import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Instruction;
import dev.carrel.linux.machine.SystemCall;
import java.util.Optional;

/** A system call of a program failed while a container was set up. */
public final class LaunchFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failed failed;
  private final int errno;

  /**
   * An instruction that failed.
   *
   * @param call its system call
   * @param purpose what it was good for, completing "cannot ..."
   * @param text the whole of it
   */
  public record Failed(Optional<SystemCall> call, String purpose, String text) {
    static Failed of(Instruction instruction) {
      return new Failed(instruction.call(), instruction.purpose(), instruction.toString());
    }
  }

  /** The instruction that failed, and with what. */
  public LaunchFailure(Instruction instruction, int errno) {
    this(Failed.of(instruction), errno);
  }

  /** The same of one that is known only by its words. */
  public LaunchFailure(Failed failed, int errno) {
    super(failed.text() + ": " + Errno.describe(errno));
    this.failed = failed;
    this.errno = errno;
  }

  /** What failed. */
  public Failed failed() {
    return failed;
  }

  /** With which error; see errno(3). */
  public int errno() {
    return errno;
  }
}
