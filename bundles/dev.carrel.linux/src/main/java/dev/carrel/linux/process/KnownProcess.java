package dev.carrel.linux.process;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.isolation.Running;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.SystemCall;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process that is known by its pidfd, so that its pid cannot be mistaken for another's, as the JDK knows processes. */
abstract class KnownProcess extends Process implements Running {
  static final int SIGTERM = 15;
  static final int SIGKILL = 9;
  // struct siginfo of a queued signal; see sigaction(2)
  private static final int SI_CODE = 8;
  private static final int SI_PID = 16;
  private static final int SI_UID = 20;
  private static final int SI_VALUE = 24;
  private static final int SI_QUEUE = -1;

  private final int pid;
  private final ProcessStreams streams;
  /** Completed by the subclass when it has ended. */
  final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  /** Guarded by this. */
  private int pidfd;

  KnownProcess(int pid, int pidfd, ProcessStreams streams) {
    this.pid = pid;
    this.pidfd = pidfd;
    this.streams = streams;
  }

  /** The pidfd; the caller holds this object's lock. */
  final int pidfd() {
    return pidfd;
  }

  /** It has ended, and nothing can be sent to it any more; the caller holds this object's lock. */
  final void closePidfd() {
    LibC.close(pidfd);
    pidfd = -1;
  }

  final ProcessStreams streams() {
    return streams;
  }

  /**
   * A copy of its pidfd.
   *
   * @throws dev.carrel.api.CarrelException if it has ended
   */
  final synchronized PidDescriptor pidDescriptor() {
    return PidDescriptor.copy(pidfd);
  }

  @Override
  public final Process process() {
    return this;
  }

  @Override
  public final CompletableFuture<ExitStatus> exit() {
    return exit;
  }

  @Override
  public final synchronized void signal(int signal) {
    if (pidfd >= 0) {
      LibC.syscall(SystemCall.PIDFD_SEND_SIGNAL.number(Architecture.host()), pidfd, signal, 0, 0);
    }
  }

  /** As sigqueue(3) does it: the other signal is the value of the first. */
  @Override
  public final synchronized void signalAll(int signal) {
    if (pidfd >= 0) {
      Memory info = LibC.zeros(ExitStatus.SIGINFO_SIZE);
      info.setInt(0, Launcher.SIGNAL_ALL);
      info.setInt(SI_CODE, SI_QUEUE);
      info.setInt(SI_PID, (int) ProcessHandle.current().pid());
      info.setInt(SI_UID, LibC.getuid());
      info.setLong(SI_VALUE, signal);
      LibC.syscall(SystemCall.PIDFD_SEND_SIGNAL.number(Architecture.host()), pidfd, Launcher.SIGNAL_ALL, Pointer.nativeValue(info), 0);
    }
  }

  @Override
  public final void kill() {
    signal(SIGKILL);
  }

  @Override
  public final void renounceRestart() {
    signal(Launcher.RENOUNCE_RESTART);
  }

  @Override
  public final void pause() {
    signal(Launcher.PAUSE);
  }

  @Override
  public final void resume() {
    signal(Launcher.RESUME);
  }

  @Override
  public final OutputStream getOutputStream() {
    return streams.in();
  }

  @Override
  public final InputStream getInputStream() {
    return streams.out();
  }

  @Override
  public final InputStream getErrorStream() {
    return streams.err();
  }

  @Override
  public final int waitFor() throws InterruptedException {
    try {
      return exit.get().shellStatus();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the exit of process " + pid + " got lost", e);
    }
  }

  @Override
  public final boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    try {
      exit.get(timeout, unit);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the exit of process " + pid + " got lost", e);
    }
  }

  @Override
  public final int exitValue() {
    ExitStatus status = exit.getNow(null);
    if (status == null) {
      throw new IllegalThreadStateException("process " + pid + " has not ended");
    }
    return status.shellStatus();
  }

  @Override
  public final boolean isAlive() {
    return !exit.isDone();
  }

  @Override
  public final CompletableFuture<Process> onExit() {
    return exit.thenApplyAsync(status -> this); // never on the watcher's thread: others wait for it
  }

  @Override
  public final long pid() {
    return pid;
  }

  @Override
  public final ProcessHandle toHandle() {
    return new KnownProcessHandle(this);
  }

  @Override
  public final boolean supportsNormalTermination() {
    return true;
  }

  @Override
  public final void destroy() {
    signal(SIGTERM);
  }

  @Override
  public final Process destroyForcibly() {
    kill();
    return this;
  }
}
