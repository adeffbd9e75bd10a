package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.linux.libc.LibC;
import java.util.Optional;

/** A child of this JVM that the system-call machine has made: a container's first process, or a program in a container. */
final class MachineProcess extends KnownProcess implements ExitWatcher.Watched {
  private final int control;
  private final int exitFile;
  private Optional<ExitStatus> record = Optional.empty();
  private boolean recordRead;
  private boolean detached;

  /** @param exitFile a file to which it writes how it ended as well, or -1 */
  MachineProcess(int pid, int pidfd, int control, int exitFile, ProcessStreams streams) {
    super(pid, pidfd, streams);
    this.control = control;
    this.exitFile = exitFile;
  }

  /**
   * Called once, when the control socket has something to read: the first process's word on how the program ended, after
   * which nothing runs in the container any more, or its end if the first process was killed.
   *
   * @param early whether to tell so at once, or only when the process has been reaped
   */
  void told(boolean early) {
    Optional<ExitStatus> status;
    synchronized (this) {
      readRecord();
      LibC.close(control);
      status = record;
    }
    if (early && status.isPresent()) {
      exit.complete(status.get());
    }
  }

  @Override
  public void ended() {
    ExitStatus status;
    synchronized (this) {
      readRecord(); // it cannot block: the other side is gone
      Memory info = LibC.zeros(ExitStatus.SIGINFO_SIZE);
      LibC.waitid(LibC.P_PIDFD, pidfd(), info, LibC.WEXITED);
      readExitFile();
      status = record.isPresent() ? record.get() : ExitStatus.ofSiginfo(info.getByteArray(0, ExitStatus.SIGINFO_SIZE));
      closePidfd();
    }
    exit.complete(status);
  }

  private void readRecord() {
    if (!recordRead) {
      recordRead = true;
      byte[] siginfo = new byte[ExitStatus.SIGINFO_SIZE];
      if (LibC.readFully(control, siginfo) == ExitStatus.SIGINFO_SIZE) {
        record = Optional.of(ExitStatus.ofSiginfo(siginfo));
      }
    }
  }

  /** Where a detached container leaves its word. */
  private void readExitFile() {
    byte[] siginfo = new byte[ExitStatus.SIGINFO_SIZE];
    if (exitFile >= 0) {
      LibC.lseek(exitFile, 0, 0);
      if (record.isEmpty() && LibC.readFully(exitFile, siginfo) == ExitStatus.SIGINFO_SIZE) {
        record = Optional.of(ExitStatus.ofSiginfo(siginfo));
      }
      LibC.close(exitFile);
    }
  }

  @Override
  public synchronized void detach() {
    if (!detached && !recordRead) {
      detached = true;
      LibC.send(control, new byte[] {1}, 1, LibC.MSG_NOSIGNAL); // it may have ended just now
    }
  }

  @Override
  public void resize(TerminalSize size) {
    if (streams().terminal().isPresent()) {
      streams().terminal().get().resize(size);
    }
  }
}
