package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.libc.LibC;
import java.util.Optional;

/** A child of this JVM that the system-call machine has made: a container's first process, or a program in a container. */
final class MachineProcess extends KnownProcess implements ExitWatcher.Watched {
  private final Ends ends;
  private Optional<ExitStatus> record = Optional.empty();
  private boolean recordRead;
  private boolean detached;
  private boolean proceeding;
  private boolean over;
  private Optional<Launching> held;

  /**
   * What is held for it here until it ends.
   *
   * @param control the socket to it
   * @param watched whether {@link #told} closes that
   * @param exitFile a file to which it writes how it ended as well, or -1
   * @param companion a child of this JVM that ends with it: the guard that has the other end of the socket in its place; or, whose child it is, the
   *     keeper of one that is detached or the tool that made it; or -1
   * @param silent whether nobody tells of its end but the kernel
   */
  record Ends(int control, boolean watched, int exitFile, int companion, boolean silent) {}

  /** @param held its start, of which the last step is still to come */
  MachineProcess(int pid, int pidfd, Ends ends, ProcessStreams streams, Optional<Launching> held) {
    super(pid, pidfd, streams);
    this.ends = ends;
    this.held = held;
    this.recordRead = ends.silent();
  }

  /** See {@link Launcher#proceed}. */
  void proceed() throws LaunchFailure {
    Launching start;
    synchronized (this) {
      if (pidfd() < 0) {
        throw CarrelException.failed("cannot start the program of a container: it has ended. carrel list shows those that run");
      }
      start = held.orElseThrow(() -> new IllegalStateException("it does not wait"));
      held = Optional.empty();
      proceeding = true;
    }
    signal(Launcher.PROCEED);
    try {
      start.awaitExecution(pid());
    } finally {
      start.closeStatus();
      synchronized (this) {
        proceeding = false;
        closeUnwatched();
      }
    }
  }

  /** The control socket, when nobody listens to it any more. */
  private void closeUnwatched() {
    if (over && !proceeding && !ends.watched()) {
      LibC.close(ends.control());
    }
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
      LibC.close(ends.control());
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
      boolean child = LibC.waitid(LibC.P_PIDFD, pidfd(), info, LibC.WEXITED) == 0;
      if (isKept()) {
        LibC.send(ends.control(), new byte[] {1}, 1, LibC.MSG_NOSIGNAL); // it waits for that, unless it has been told before
        Launching.reap(ends.companion()); // when it has told how this one ended
      }
      readExitFile();
      status = record.isPresent() ? record.get()
          : child ? ExitStatus.ofSiginfo(info.getByteArray(0, ExitStatus.SIGINFO_SIZE)) : ExitStatus.signalled(SIGKILL); // only a kill leaves no word
      closePidfd();
      over = true;
      closeUnwatched();
      held.ifPresent(Launching::closeStatus);
      held = Optional.empty();
    }
    if (ends.companion() >= 0 && !isKept()) {
      Launching.reap(ends.companion()); // it ends as the socket was closed, or its child has ended
    }
    exit.complete(status);
  }

  /** Whether it is the child of its companion, which keeps how it ends in a file. */
  private boolean isKept() {
    return ends.silent() && ends.exitFile() >= 0;
  }

  private void readRecord() {
    if (!recordRead) {
      recordRead = true;
      byte[] siginfo = new byte[ExitStatus.SIGINFO_SIZE];
      if (LibC.readFully(ends.control(), siginfo) == ExitStatus.SIGINFO_SIZE) {
        record = Optional.of(ExitStatus.ofSiginfo(siginfo));
      }
    }
  }

  /** Where a detached container leaves its word. */
  private void readExitFile() {
    byte[] siginfo = new byte[ExitStatus.SIGINFO_SIZE];
    if (ends.exitFile() >= 0) {
      LibC.lseek(ends.exitFile(), 0, 0);
      if (record.isEmpty() && LibC.readFully(ends.exitFile(), siginfo) == ExitStatus.SIGINFO_SIZE) {
        record = Optional.of(ExitStatus.ofSiginfo(siginfo));
      }
      LibC.close(ends.exitFile());
    }
  }

  @Override
  public synchronized void detach() {
    if (!detached && (isKept() ? pidfd() >= 0 : !recordRead)) {
      detached = true;
      LibC.send(ends.control(), new byte[] {1}, 1, LibC.MSG_NOSIGNAL); // it may have ended just now
    }
  }

  @Override
  public void resize(TerminalSize size) {
    if (streams().terminal().isPresent()) {
      streams().terminal().get().resize(size);
    }
  }
}
