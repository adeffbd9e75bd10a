package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A pidfd of one's own, of a process that has not been reaped; see pidfd_open(2). */
final class PidDescriptor implements AutoCloseable {
  private static final String PID = "Pid:";

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

  /**
   * Whose it is: see pidfd_open(2), "/proc/self/fdinfo".
   *
   * @throws CarrelException if that process has ended
   */
  static int pid(int pidfd) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + pidfd))) {
        int pid = line.startsWith(PID) ? Integer.parseInt(line.substring(PID.length()).strip()) : -1;
        if (pid > 0) {
          return pid;
        }
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot find out the pid of a container's first process: " + e.getMessage(), e);
    }
    throw CarrelException.failed("cannot start a container: its first process was killed");
  }

  int number() {
    return number;
  }

  @Override
  public void close() {
    LibC.close(number);
  }
}
