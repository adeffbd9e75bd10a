package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.host.ProcessTimes;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.Running;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A container's first process that another process started: to be signalled and waited for, without streams. */
final class AdoptedProcess extends KnownProcess implements ExitWatcher.Watched {
  private static final long POLL_MILLIS = 10;
  /** How the command line of a process begins that was started by {@link Spawn}. */
  private static final String OWN = "carrel\0";
  /** A second, in polls. */
  private static final int LONGEST_WORD = 100;

  private final int record;
  /** Whether it writes its word itself, and so does that before it ends or never. */
  private final boolean alone;

  private AdoptedProcess(int pid, int pidfd, int record, boolean alone) {
    super(pid, pidfd, ProcessStreams.none());
    this.record = record;
    this.alone = alone;
  }

  static Optional<Running> of(int pid, long startTime, Path exit, ExitWatcher watcher) {
    int pidfd = (int) LibC.syscall(SystemCall.PIDFD_OPEN.number(Architecture.host()), pid, 0, 0, 0);
    if (pidfd < 0) {
      if (LibC.errno() == Errno.ESRCH.number()) {
        return Optional.empty();
      }
      throw CarrelException.failed("cannot take hold of process " + pid + ": pidfd_open: " + LibC.lastError());
    }
    if (ProcessTimes.startTime(pid) != startTime) { // only now: the pidfd holds on to whatever process it is
      LibC.close(pidfd);
      return Optional.empty();
    }
    int record = LibC.open(exit.toString(), LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
    if (record < 0) {
      String error = LibC.lastError();
      LibC.close(pidfd);
      throw CarrelException.failed("cannot take hold of process " + pid + ": open(\"" + exit + "\"): " + error);
    }
    AdoptedProcess process = new AdoptedProcess(pid, pidfd, record, Files.exists(exit.resolveSibling(ContainerRecord.LOG)) && !isKept(pid));
    watcher.watch(process, pidfd);
    return Optional.of(process);
  }

  /** Whether its parent is a process of Carrel's own, as a keeper is, or may be one: what nobody may see is taken for one. */
  private static boolean isKept(int pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Integer.toString(pid), "stat"));
      String parent = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3)[1];
      return parent.equals("0") || Files.readString(Path.of("/proc", parent, "cmdline")).startsWith(OWN);
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void ended() {
    synchronized (this) {
      closePidfd();
    }
    tell(LONGEST_WORD);
  }

  /**
   * The word of a container that is not detached comes from the process that started it, which hears of the end as this does,
   * and that of a program which is the first process from its keeper.
   */
  private void tell(int patience) {
    byte[] siginfo = new byte[ExitStatus.SIGINFO_SIZE];
    LibC.lseek(record, 0, 0);
    boolean known = LibC.readFully(record, siginfo) == ExitStatus.SIGINFO_SIZE;
    if (known || alone || patience == 0) {
      LibC.close(record);
      exit.complete(known ? ExitStatus.ofSiginfo(siginfo) : ExitStatus.signalled(SIGKILL)); // only a kill leaves no word
    } else {
      CompletableFuture.delayedExecutor(POLL_MILLIS, TimeUnit.MILLISECONDS).execute(() -> tell(patience - 1));
    }
  }

  /** Its terminal, if it has one, belongs to who started it. */
  @Override
  public void resize(TerminalSize size) {}

  /** It is nobody's here. */
  @Override
  public void detach() {}
}
