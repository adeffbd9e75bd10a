package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.Launcher.Given;
import dev.carrel.linux.Launcher.Listener;
import dev.carrel.linux.ToolFailure;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.SystemCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A start under way: the descriptors that a program is given, and what it tells on its status pipe. If the thread is interrupted while it
 * waits for a word, the start is cancelled: what has been started ends as its control socket closes.
 */
final class Launching {
  static final int RECORD = 16;
  /** No descriptor, or no process. */
  static final int NOTHING = -1;
  private static final int[] NO_GROUP = {};
  private static final int SIGKILL = 9;
  /** How soon an interruption is noticed. */
  private static final int POLL_MILLIS = 20;
  /** How long a start that is cancelled may take to get to where it notices. */
  private static final int PATIENCE_MILLIS = 1000;
  private static final short POLLIN = 1;
  private static final int STATUS = 1;
  private static final int CONTROL = 2;

  private Program program;
  private final Given given;
  private final Descriptors descriptors;
  private final int[] files;
  private final int[] group;
  private final int[] status;
  private final int[] control;
  private final StdioPipes pipes;
  private final byte[] record = new byte[RECORD];
  private boolean ready;
  private ProcessStreams terminal;
  private MachineProcess made;

  /** @param descriptors keeps what is opened, and closes what is left of it in the end */
  Launching(Program program, Given given, Descriptors descriptors) {
    this.program = program;
    this.given = given;
    this.descriptors = descriptors;
    this.files = descriptors.files(given.files());
    this.group = given.group().isPresent() ? descriptors.group(given.group().get()) : NO_GROUP;
    this.status = descriptors.pipe();
    this.control = descriptors.socketPair();
    this.pipes = StdioPipes.make(given.stdio(), given.owner(), descriptors);
  }

  /** The child's descriptors at the numbers that a program expects. */
  int[] inherited(int container) {
    int[] more = pipes.more();
    int[] inherited = new int[more.length == 0 ? Launcher.FILES + files.length + group.length : Launcher.MORE + more.length];
    Arrays.fill(inherited, NOTHING);
    for (int stream = 0; stream < 3; stream++) {
      inherited[stream] = pipes.child(stream);
    }
    inherited[Launcher.STATUS] = status[1];
    inherited[Launcher.CONTROL] = control[1];
    inherited[Launcher.CONTAINER] = container;
    System.arraycopy(files, 0, inherited, Launcher.FILES, files.length);
    System.arraycopy(group, 0, inherited, Launcher.FILES + files.length, group.length);
    System.arraycopy(more, 0, inherited, more.length == 0 ? inherited.length : Launcher.MORE, more.length);
    return inherited;
  }

  /** The same as a template receives them: one after the other. */
  int[] handed() {
    int[] more = pipes.more();
    int[] handed = Arrays.copyOf(new int[] {pipes.child(0), pipes.child(1), pipes.child(2), status[1], control[1]},
        5 + files.length + more.length + group.length);
    System.arraycopy(files, 0, handed, 5, files.length);
    System.arraycopy(more, 0, handed, 5 + files.length, more.length);
    System.arraycopy(group, 0, handed, 5 + files.length + more.length, group.length);
    return handed;
  }

  /** The child has them. */
  void closeChildEnds() {
    descriptors.close(status[1]);
    descriptors.close(control[1]);
    pipes.closeChildEnds(descriptors);
  }

  int control() {
    return control[0];
  }

  /** What lives on in this JVM sees by it that nobody holds it any more. */
  void closeControl() {
    descriptors.close(control[0]);
  }

  /**
   * Reads the next record.
   *
   * @param firstStage the process that sets a container up, which may wait in the kernel, for a network file system; or NOTHING
   * @return whether there was one
   * @throws CarrelException if the start was cancelled; the thread stays interrupted
   */
  boolean read(int firstStage) {
    await(status[0], NOTHING, firstStage);
    return LibC.readFully(status[0], record) == RECORD;
  }

  /**
   * Reads which process is the container's first. That one may have told before that it is ready: two processes write to the pipe.
   *
   * @return whether there was a record
   */
  boolean readPid(int firstStage) {
    boolean told = read(firstStage);
    if (told && given.held() && first() == 0) {
      ready = true;
      told = read(firstStage);
    }
    return told;
  }

  /** The number that the record begins with: a pid, or an errno below zero. */
  long first() {
    return number(record, 0);
  }

  LaunchFailure failure() {
    return failure(program, record);
  }

  static LaunchFailure failure(Program program, byte[] record) {
    return new LaunchFailure(program.instructionAt(number(record, 8), Architecture.host()), (int) -number(record, 0));
  }

  static long number(byte[] record, int at) {
    return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getLong(at);
  }

  /**
   * The container's first process is there: waits until its program is executed, or everything else is done.
   *
   * @param guard the process that ends with this JVM in its place; or NOTHING
   */
  MachineProcess running(int pid, int guard, ExitWatcher watcher) throws LaunchFailure {
    try {
      if (given.held()) {
        awaitReady();
      } else {
        awaitExecution(pid);
      }
    } catch (LaunchFailure | CarrelException e) {
      closeControl();
      closeTerminal();
      reap(pid);
      throw e;
    }
    int pidfd = (int) LibC.syscall(SystemCall.PIDFD_OPEN.number(Architecture.host()), pid, 0, 0, 0);
    if (pidfd < 0) {
      String error = LibC.lastError();
      closeControl(); // it ends by that
      closeTerminal();
      reap(pid);
      throw CarrelException.failed("cannot watch the container's first process: pidfd_open: " + error);
    }
    try {
      if (given.pidfdSocket().isPresent()) {
        HandOver.ofPidfd(given.pidfdSocket().get(), pid, pidfd);
      }
      return watch(pid, pidfd, guard, guard != NOTHING, watcher);
    } catch (RuntimeException | Error e) {
      LibC.syscall(SystemCall.PIDFD_SEND_SIGNAL.number(Architecture.host()), pidfd, SIGKILL, 0, 0);
      reap(pid);
      closeTerminal();
      LibC.close(pidfd);
      throw e;
    }
  }

  /** The container is made by a tool, a child of this JVM: waits for the pidfd of its first process, and then as above. */
  MachineProcess runningThrough(Program inside, int tool, ExitWatcher watcher) throws LaunchFailure, ToolFailure {
    int pidfd = ToolReport.receive(this, tool);
    program = inside;
    try {
      int pid = PidDescriptor.pid(pidfd); // it waits, so it is there
      LibC.send(control[0], new byte[] {1}, 1, LibC.MSG_NOSIGNAL);
      if (given.held()) {
        awaitReady();
      } else {
        awaitExecution(pid);
      }
      if (given.pidfdSocket().isPresent()) {
        HandOver.ofPidfd(given.pidfdSocket().get(), pid, pidfd);
      }
      return watch(pid, pidfd, tool, false, watcher);
    } catch (LaunchFailure | RuntimeException | Error e) {
      LibC.syscall(SystemCall.PIDFD_SEND_SIGNAL.number(Architecture.host()), pidfd, SIGKILL, 0, 0);
      closeTerminal();
      LibC.close(pidfd);
      throw e;
    }
  }

  /**
   * Waits for a descriptor.
   *
   * @return nothing if all who could send one are gone
   * @throws LaunchFailure if one of them has told why
   */
  OptionalInt receive(int firstStage) throws LaunchFailure {
    await(status[0], control[0], firstStage);
    OptionalInt received = RightsMessage.receive(control[0]);
    if (received.isEmpty() && LibC.readFully(status[0], record) == RECORD) {
      throw failure();
    }
    return received;
  }

  private void awaitReady() throws LaunchFailure {
    if (ready) {
      return;
    }
    if (!read(NOTHING)) {
      throw CarrelException.failed("cannot start a container: its first process was killed");
    }
    if (first() < 0) {
      throw failure();
    }
  }

  /** Nothing more is told of a program that is executed; but a filter may tell of its calls, also of that one. */
  void awaitExecution(long pid) throws LaunchFailure {
    Optional<Listener> listener = given.listener();
    boolean over = false;
    while (listener.isPresent()) {
      int ready = over ? CONTROL : await(status[0], control[0], NOTHING);
      if ((ready & STATUS) != 0) {
        over = word(); // both may be there: a failure is the better word
      }
      if ((ready & CONTROL) != 0 && needsTerminal()) {
        receiveTerminal();
      } else if ((ready & CONTROL) != 0) {
        giveListener(listener.get(), pid);
        listener = Optional.empty();
      }
    }
    if (!over) {
      await(status[0], NOTHING, NOTHING);
      word();
    }
  }

  /** Reads the last word, which is a failure, or nothing more; of one that was held by a first process of Carrel's, that its program runs. */
  private boolean word() throws LaunchFailure {
    boolean told = LibC.readFully(status[0], record) == RECORD;
    if (told && first() < 0) {
      throw failure();
    }
    if (!told && given.held() && !given.guarded()) {
      throw CarrelException.failed("cannot start the program of a container: it was stopped before");
    }
    return true;
  }

  private void giveListener(Listener listener, long pid) {
    int descriptor = RightsMessage.receive(control[0])
        .orElseThrow(() -> CarrelException.failed("the container did not hand over the listener of its filter: recvmsg: " + LibC.lastError()));
    try {
      HandOver.ofListener(listener, pid, descriptor);
    } finally {
      LibC.close(descriptor);
    }
  }

  private boolean needsTerminal() {
    return given.stdio().terminal().isPresent() && !given.unattended() && terminal == null;
  }

  private void receiveTerminal() {
    terminal = ProcessStreams.ofTerminal(new TerminalDescriptor(RightsMessage.receive(control[0])
        .orElseThrow(() -> CarrelException.failed("the container did not hand over its terminal: recvmsg: " + LibC.lastError()))));
  }

  private void closeTerminal() {
    if (terminal != null) {
      try (OutputStream in = terminal.in(); InputStream out = terminal.out()) {
        terminal = null;
      } catch (IOException e) {
        terminal = null; // it is closed nevertheless
      }
    }
  }

  /** @param silent whether its first process says nothing of its end, as the guard has the other end of the socket */
  private MachineProcess watch(int pid, int pidfd, int companion, boolean silent, ExitWatcher watcher) {
    if (needsTerminal()) {
      receiveTerminal();
    }
    boolean watched = !silent && !given.held(); // else something other than the word on its end may come
    int exitFile = files.length == 0 ? NOTHING : files[0];
    made = new MachineProcess(pid, pidfd, new MachineProcess.Ends(control[0], watched, exitFile, companion, silent),
        terminal == null ? pipes.streams() : terminal, given.held() ? Optional.of(this) : Optional.empty());
    if (watched) {
      watcher.watch(made, pidfd, control[0]);
    } else {
      watcher.watch(made, pidfd);
    }
    descriptors.give(control[0]);
    if (exitFile != NOTHING) {
      descriptors.give(exitFile);
    }
    if (given.held()) {
      descriptors.give(status[0]);
    }
    return made;
  }

  /** Of a process that was held, and has the status pipe until now. */
  void closeStatus() {
    LibC.close(status[0]);
  }

  /**
   * Waits until there is something to read.
   *
   * @param other another descriptor, or NOTHING
   * @return which of them has something: STATUS, CONTROL or both
   */
  private int await(int descriptor, int other, int firstStage) {
    Memory poll = LibC.zeros(16);
    poll.setInt(0, descriptor);
    poll.setShort(4, POLLIN);
    poll.setInt(8, other);
    poll.setShort(12, POLLIN);
    int count = other == NOTHING ? 1 : 2;
    while (LibC.poll(poll, count, POLL_MILLIS) <= 0) {
      if (Thread.currentThread().isInterrupted()) {
        cancel(firstStage);
        throw CarrelException.failed("the start of a container was cancelled: its thread was interrupted");
      }
    }
    return (poll.getShort(6) != 0 ? STATUS : 0) | (count == 2 && poll.getShort(14) != 0 ? CONTROL : 0);
  }

  private void cancel(int firstStage) {
    if (made != null) {
      made.kill();
      return;
    }
    closeControl();
    Memory poll = LibC.zeros(8);
    poll.setInt(0, status[0]);
    poll.setShort(4, POLLIN);
    if (firstStage != NOTHING && LibC.poll(poll, 1, PATIENCE_MILLIS) <= 0) {
      LibC.syscall(SystemCall.KILL.number(Architecture.host()), firstStage, SIGKILL, 0, 0); // not reaped: nobody else has its pid
    }
    byte[] late = new byte[RECORD];
    while (LibC.readFully(status[0], late) == RECORD) {
      if (number(late, 0) > 0) {
        reap((int) number(late, 0));
      }
    }
  }

  static void reap(int pid) {
    Memory info = LibC.zeros(128);
    while (LibC.waitid(LibC.P_PID, pid, info, LibC.WEXITED) < 0 && LibC.errno() == Errno.EINTR.number()) {
      // interrupted by a signal: it still has to be reaped
    }
  }
}
