package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.isolation.Running;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.SystemCall;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A container's first process, known by its pidfd: its pid cannot be mistaken for another's. */
final class MachineProcess extends Process implements Running {
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;
  private static final int CLD_EXITED = 1;
  private static final int SI_CODE = 8;
  private static final int SI_STATUS = 24;
  private static final int SIGINFO_SIZE = 128;

  private final int pid;
  private final int pidfd;
  private final int control;
  private final ProcessStreams streams;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private Optional<ExitStatus> record = Optional.empty();
  private boolean recordRead;
  private boolean reaped;

  MachineProcess(int pid, int pidfd, int control, ProcessStreams streams) {
    this.pid = pid;
    this.pidfd = pidfd;
    this.control = control;
    this.streams = streams;
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

  /** Called once, when the process is a zombie. */
  void ended() {
    ExitStatus status;
    synchronized (this) {
      readRecord(); // it cannot block: the other side is gone
      Memory info = LibC.zeros(SIGINFO_SIZE);
      LibC.waitid(LibC.P_PIDFD, pidfd, info, LibC.WEXITED);
      status = record.isPresent() ? record.get() : status(info.getByteArray(0, SIGINFO_SIZE));
      reaped = true;
      LibC.close(pidfd);
    }
    exit.complete(status);
  }

  private void readRecord() {
    if (!recordRead) {
      recordRead = true;
      byte[] siginfo = new byte[SIGINFO_SIZE];
      if (LibC.readFully(control, siginfo) == SIGINFO_SIZE) {
        record = Optional.of(status(siginfo));
      }
    }
  }

  private static ExitStatus status(byte[] bytes) {
    ByteBuffer siginfo = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int status = siginfo.getInt(SI_STATUS);
    return siginfo.getInt(SI_CODE) == CLD_EXITED ? ExitStatus.exited(status & 0xff) : ExitStatus.signalled(status & 0x7f);
  }

  @Override
  public Process process() {
    return this;
  }

  @Override
  public CompletableFuture<ExitStatus> exit() {
    return exit;
  }

  @Override
  public synchronized void signal(int signal) {
    if (!reaped) {
      LibC.syscall(SystemCall.PIDFD_SEND_SIGNAL.number(Architecture.host()), pidfd, signal, 0, 0);
    }
  }

  @Override
  public void kill() {
    signal(SIGKILL);
  }

  @Override
  public void resize(TerminalSize size) {
    if (streams.terminal().isPresent()) {
      streams.terminal().get().resize(size);
    }
  }

  @Override
  public OutputStream getOutputStream() {
    return streams.in();
  }

  @Override
  public InputStream getInputStream() {
    return streams.out();
  }

  @Override
  public InputStream getErrorStream() {
    return streams.err();
  }

  @Override
  public int waitFor() throws InterruptedException {
    try {
      return exit.get().shellStatus();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the exit of process " + pid + " got lost", e);
    }
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
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
  public int exitValue() {
    ExitStatus status = exit.getNow(null);
    if (status == null) {
      throw new IllegalThreadStateException("process " + pid + " has not ended");
    }
    return status.shellStatus();
  }

  @Override
  public boolean isAlive() {
    return !exit.isDone();
  }

  @Override
  public CompletableFuture<Process> onExit() {
    return exit.thenApplyAsync(status -> this); // never on the watcher's thread: others wait for it
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public ProcessHandle toHandle() {
    return ProcessHandle.of(pid).orElseThrow(() -> new UnsupportedOperationException("process " + pid + " has ended"));
  }

  @Override
  public boolean supportsNormalTermination() {
    return true;
  }

  @Override
  public void destroy() {
    signal(SIGTERM);
  }

  @Override
  public Process destroyForcibly() {
    kill();
    return this;
  }
}
