package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;

/** A pidfd of one's own, of a process that has not been reaped; see pidfd_open(2). */
final class PidDescriptor implements AutoCloseable {

  private final int number;

  private PidDescriptor(int number) {
    this.number = number;
  }

  /**
   * A copy of a pidfd.
   *
   * @throws CarrelException if it was closed, as its process has ended
   */
  static PidDescriptor copy(int pidfd) {
    if (pidfd < 0) {
      throw CarrelException.failed("the container has ended. Start another");
    }
    int copy = LibC.fcntl(pidfd, LibC.F_DUPFD_CLOEXEC, Descriptors.FIRST_FREE);
    if (copy < 0) {
      throw CarrelException.failed("cannot enter a container: fcntl(F_DUPFD_CLOEXEC): " + LibC.lastError());
    }
    return new PidDescriptor(copy);
  }

  int number() {
    return number;
  }

  @Override
  public void close() {
    LibC.close(number);
  }
}
