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
  private boolean reaped;

  MachineProcess(int pid, int pidfd, int control, ProcessStreams streams) {
    this.pid = pid;
    this.pidfd = pidfd;
    this.control = control;
    this.streams = streams;
  }

  /** Called once, when the process is a zombie. */
  void ended() {
    ExitStatus status;
    synchronized (this) {
      Memory info = LibC.zeros(SIGINFO_SIZE);
      LibC.waitid(LibC.P_PIDFD, pidfd, info, LibC.WEXITED);
      byte[] record = new byte[SIGINFO_SIZE];
      // Its own word on how the program ended; without one, the first process itself was killed.
      if (LibC.readFully(control, record) != SIGINFO_SIZE) {
        info.read(0, record, 0, SIGINFO_SIZE);
      }
      status = status(ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN));
      reaped = true;
      LibC.close(pidfd);
      LibC.close(control);
    }
    exit.complete(status);
  }

  private static ExitStatus status(ByteBuffer siginfo) {
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
