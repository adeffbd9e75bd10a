package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Life.FirstProcess;
import dev.carrel.api.container.Namespace;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.Optional;

/**
 * Writes the part of a program that is the container's PID 1: starts the contained program, and then reaps, forwards signals,
 * ends when the program has ended or the JVM is gone. Of a detached container it keeps the output, and starts a program again
 * that has failed.
 */
final class InitProgram {
  /** Writes what the child of the first process does, whose end is that of the container. */
  interface Main {
    /**
     * Opens the terminal, if there is to be one, and gives the JVM its controlling side.
     *
     * @param console whether it is the container's /dev/console as well
     */
    void openTerminal(boolean console);

    /**
     * The same for nobody: both its sides stay here.
     *
     * @param master the number of its controlling side
     * @param slave the number of the program's
     * @param console as above
     */
    void keepTerminal(Operand master, Operand slave, boolean console);

    /** Ends in a program, or with the process. */
    void write();

    /** Whether it tells by itself that it runs: it takes longer than until a program is executed. */
    default boolean tells() {
      return false;
    }
  }

  /** The first descriptor that is left to what the first process starts. */
  static final int SPARED = 64;

  private static final Operand ALL_SIGNALS_SIZE = Operand.of(8);
  private static final int SIGINFO_SIZE = 128;
  private static final int SI_CODE = 8;
  private static final int SI_PID = 16;
  private static final int SI_STATUS = 24;
  /** Of a signal that was queued; see sigqueue(3). */
  private static final int SI_VALUE = 24;
  private static final int TIMESPEC_SIZE = 16;
  private static final Operand CONTROL = Operand.of(Launcher.CONTROL);
  private static final Operand EXIT_FILE = Operand.of(Launcher.FILES);
  private static final Operand RESTARTS = Operand.of(Launcher.FILES + 3);
  private static final Operand START_FILE = Operand.of(Launcher.FILES + 4);
  private static final Operand EVERYTHING = Operand.of(0xFFFF_FFFFL, "~0");
  private static final Operand EVERYBODY = Operand.of(-1);

  private final ProgramBuilder program;
  private final Life life;
  private final boolean held;
  private final boolean console;
  private final boolean notifies;
  private final boolean ownPids;
  private final boolean ownTime;
  private final boolean ownRoot;
  private final Main start;
  private final OutputLog log;
  private final Optional<Keeper> keeper;
  private final Data status;
  private final Data all;
  private final Data main;
  private final Data self;
  private final Data info;

  /**
   * For a container.
   *
   * @param held whether it waits before it starts the program
   * @param console whether it can make its terminal /dev/console
   * @param keeper who keeps what a program prints that is PID 1 and detached
   */
  InitProgram(ProgramBuilder program, ContainerSpec spec, boolean held, boolean console, Data umask, Data status, Confinement confinement,
      Optional<Keeper> keeper) {
    this(program, spec, held, console, status, new ProgramStart(program, spec.process(), umask, status, confinement), confinement.notifies(), keeper);
  }

  /**
   * For what goes on beside it when it tells that a program runs.
   *
   * @param main that, which may have descriptors from {@link #SPARED} on
   */
  InitProgram(ProgramBuilder program, ContainerSpec spec, boolean held, Data status, Main main) {
    this(program, spec, held, false, status, main, true, Optional.empty());
    if (log != null) {
      log.spare(SPARED);
    }
  }

  private InitProgram(ProgramBuilder program, ContainerSpec spec, boolean held, boolean console, Data status, Main main, boolean notifies,
      Optional<Keeper> keeper) {
    this.program = program;
    this.status = status;
    this.held = held;
    this.console = console;
    this.notifies = notifies;
    this.start = main;
    this.life = spec.life();
    this.ownPids = spec.namespaces().contains(Namespace.PID);
    this.ownRoot = spec.namespaces().contains(Namespace.MOUNT);
    this.ownTime = spec.namespaces().contains(Namespace.TIME);
    this.keeper = keeper;
    this.log = life.detached() && keeper.isEmpty() ? new OutputLog(program, spec.process().stdio().terminal().isPresent()) : null;
    this.all = program.longs("~[]", -1L);
    this.main = program.variable("main");
    this.self = program.variable("self");
    this.info = program.space("siginfo", SIGINFO_SIZE);
  }

  void write() {
    if (life.first() == FirstProcess.PROGRAM) {
      start.openTerminal(console);
      if (keeper.isPresent()) {
        keeper.get().connect();
      }
      if (held) {
        program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), all.address(), NULL, ALL_SIGNALS_SIZE);
        hold();
        if (keeper.isPresent()) {
          keeper.get().connectStart();
        }
      }
      program.actor("program");
      start.write();
      return;
    }
    if (!life.detached()) {
      start.openTerminal(console);
    }
    program.purpose("prepare the container's first process");
    program.call(SystemCall.PRCTL, Operand.of(15, "PR_SET_NAME"), program.string("carrel-init").address());
    if (ownRoot) { // its memory holds this program, host paths included: nobody inside may look
      program.call(SystemCall.PRCTL, Operand.of(4, "PR_SET_DUMPABLE"), ZERO);
    }
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), all.address(), NULL, ALL_SIGNALS_SIZE);
    watchJvm();
    if (!ownPids) {
      program.call(SystemCall.PRCTL, Operand.of(36, "PR_SET_CHILD_SUBREAPER"), Operand.of(1));
    }
    if (life.detached()) {
      program.attempt(SystemCall.SETSID); // the terminal of whoever began it is not for what stays
      log.open(self, start, console);
    }
    if (held) {
      hold();
    }
    Label launch = program.label("launch");
    Label parent = program.label("init_loop");
    program.place(launch);
    program.purpose("start a process in the container");
    program.callInto(main, SystemCall.CLONE,
        // A child with the same memory would stay in the time namespace of init until Linux 6.3.
        // Who is told of system calls may let it wait for ever: this process has to notice meanwhile that the JVM is gone.
        Kernel.cloneFlags((notifies ? 0 : Kernel.CLONE_VFORK) | (notifies || ownTime ? 0 : Kernel.CLONE_VM) | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(main.value(), ZERO, parent);
    program.actor("program");
    if (!ownPids) { // no kernel ends it with its first process
      program.call(SystemCall.PRCTL, Operand.of(1, "PR_SET_PDEATHSIG"), Operand.of(Kernel.SIGKILL, "SIGKILL"));
    }
    if (life.detached()) {
      log.connect();
    }
    start.write();
    program.actor("init");
    program.place(parent);
    if (held && !start.tells()) { // behind a failure record of the program's process, if there is one
      program.attempt(SystemCall.WRITE, Operand.of(Launcher.STATUS), program.longs("{1, 0}", 1, 0).address(), Operand.of(16));
    }
    closeDescriptors();
    loop(launch);
  }

  /**
   * SIGIO arrives when the JVM's end of the control socket closes: the container dies with the JVM, however that ends.
   * PR_SET_PDEATHSIG would fire when the thread ends that started the container. A JVM that is gone already is noticed
   * by the first read.
   */
  private void watchJvm() {
    program.callInto(self, SystemCall.GETPID);
    program.call(SystemCall.FCNTL, CONTROL, Operand.of(8, "F_SETOWN"), self.value());
    program.call(SystemCall.FCNTL, CONTROL, Operand.of(4, "F_SETFL"), Operand.of(0x2000 | 0x800, "O_ASYNC|O_NONBLOCK"));
    Label alive = program.label("alive");
    Data byteRead = program.variable("byte");
    program.callOr(alive, SystemCall.READ, CONTROL, byteRead.address(), Operand.of(1));
    program.call(SystemCall.EXIT_GROUP, Operand.of(128 + Kernel.SIGKILL));
    program.place(alive);
  }

  /**
   * Tells that everything is there, and waits for the word to go on. What asks the program to end ends the container. From now on, a
   * detached one tells what becomes of it in a file, as whoever made it may be gone.
   */
  private void hold() {
    Data signal = program.variable("signal");
    Label wait = program.label("wait_to_start");
    Label proceed = program.label("proceed");
    Label other = program.label("other_signal");
    program.purpose("wait until the program is to start");
    program.call(SystemCall.WRITE, status.value(), program.longs("{0, 0}", 0, 0).address(), Operand.of(16));
    if (life.detached()) {
      program.call(SystemCall.DUP3, START_FILE, Operand.of(Launcher.STATUS), Operand.of(0x80000, "O_CLOEXEC"));
      program.call(SystemCall.CLOSE, START_FILE);
      program.call(SystemCall.LSEEK, Operand.of(Launcher.STATUS), ZERO, Operand.of(2, "SEEK_END"));
    }
    program.place(wait);
    program.callIntoOr(signal, wait, SystemCall.RT_SIGTIMEDWAIT, all.address(), info.address(), NULL, ALL_SIGNALS_SIZE);
    program.unlessEqual(signal.value(), Operand.of(Launcher.PROCEED), other);
    program.jump(proceed);
    program.place(other);
    if (life.first() == FirstProcess.INIT) {
      input(signal, wait);
    }
    for (int ending : new int[] {Kernel.SIGTERM, Kernel.SIGINT, Kernel.SIGHUP}) {
      command(signal, ending, wait, () -> {
        if (life.first() == FirstProcess.INIT) {
          tell(program.bytes("{killed by " + ending + "}", ExitStatus.signalled(ending).toSiginfo()).address());
        }
        program.call(SystemCall.EXIT_GROUP, Operand.of(128 + ending));
      });
    }
    program.jump(wait);
    program.place(proceed);
  }

  /** It holds nothing but the control socket, and the files it writes. */
  private void closeDescriptors() {
    program.purpose("run the container's first process");
    program.call(SystemCall.CLOSE_RANGE, ZERO, Operand.of(Launcher.STATUS), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(Launcher.FILES - 1), ZERO);
    int afterLast = life.detached() ? OutputLog.AFTER_LAST : Launcher.FILES;
    program.call(SystemCall.CLOSE_RANGE, Operand.of(afterLast), EVERYTHING, ZERO);
  }

  /** PID 1's life. */
  private void loop(Label launch) {
    Label wait = program.label("wait");
    Label other = program.label("other_signal");
    Label reap = program.label("reap");
    Label notMain = program.label("not_main");
    Data signal = program.variable("signal");
    program.place(wait);
    program.callIntoOr(signal, wait, SystemCall.RT_SIGTIMEDWAIT, all.address(), info.address(), NULL, ALL_SIGNALS_SIZE);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGCHLD, "SIGCHLD"), other);
    program.place(reap);
    program.callOr(wait, SystemCall.WAITID, Operand.of(0, "P_ALL"), ZERO, info.address(),
        Operand.of(4 | 1, "WEXITED|WNOHANG"), NULL);
    program.unlessEqual(info.value(SI_PID), main.value(), notMain);
    end(launch);
    program.place(notMain); // an orphan has been reaped: maybe there are more; 0 says that there is none
    program.unlessEqual(info.value(SI_PID), ZERO, reap);
    program.jump(wait);
    program.place(other);
    input(signal, wait);
    commands(signal, wait);
    program.callOr(wait, SystemCall.KILL, main.value(), signal.value());
    program.jump(wait);
  }

  /** The program has ended, and {@link #info} says how. */
  private void end(Label launch) {
    if (ownPids) {
      endOthers();
    }
    if (life.detached()) {
      log.drain();
    }
    if (life.restart().attempts() > 0) {
      restart(launch);
    }
    tell(info.address());
    program.call(SystemCall.EXIT_GROUP, info.value(SI_STATUS));
  }

  private void tell(Operand siginfo) {
    program.purpose("tell how the program ended");
    if (life.detached()) {
      program.attempt(SystemCall.WRITE, EXIT_FILE, siginfo, Operand.of(SIGINFO_SIZE));
    }
    if (life.first() == FirstProcess.INIT) {
      program.attempt(SystemCall.WRITE, CONTROL, siginfo, Operand.of(SIGINFO_SIZE));
    }
  }

  /** If it failed, and there is a time to wait left in the file of restarts: waits, and launches it again. */
  private void restart(Label launch) {
    Label failed = program.label("failed");
    Label over = program.label("over");
    Label exhausted = program.label("exhausted");
    Label delayed = program.label("delayed");
    Data delay = program.space("delay", TIMESPEC_SIZE);
    Data read = program.variable("read");
    Data signal = program.variable("signal");
    program.purpose("start the program again");
    program.unlessEqual(info.value(SI_CODE), Operand.of(1, "CLD_EXITED"), failed);
    program.unlessEqual(info.value(SI_STATUS), ZERO, failed);
    program.jump(over);
    program.place(failed);
    program.callIntoOr(read, over, SystemCall.READ, RESTARTS, delay.address(), Operand.of(TIMESPEC_SIZE));
    program.unlessEqual(read.value(), Operand.of(TIMESPEC_SIZE), exhausted);
    program.jump(delayed);
    program.place(exhausted);
    if (life.restart().attempts() == Life.Restart.UNLIMITED) { // the last, longest time again and again
      program.callOr(over, SystemCall.LSEEK, RESTARTS, Operand.of(-TIMESPEC_SIZE), Operand.of(2, "SEEK_END"));
      program.callOr(over, SystemCall.READ, RESTARTS, delay.address(), Operand.of(TIMESPEC_SIZE));
    } else {
      program.jump(over);
    }
    program.place(delayed);
    Data during = program.space("siginfo", SIGINFO_SIZE); // of the last failure, the end may still have to be told
    program.callIntoOr(signal, launch, SystemCall.RT_SIGTIMEDWAIT, all.address(), during.address(), delay.address(), ALL_SIGNALS_SIZE);
    input(signal, delayed);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGCHLD, "SIGCHLD"), over);
    program.jump(delayed); // of those that the program has left behind; what was sent by somebody may come after it
    program.place(over); // whoever sends a signal now wants an end
  }

  /** SIGIO: the JVM is gone, or it lets the container go, or there is output. */
  private void input(Data signal, Label wait) {
    Label notInput = program.label("not_input");
    Label nothing = program.label("nothing_told");
    Label released = program.label("released");
    Data read = program.variable("read");
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGIO, "SIGIO"), notInput);
    program.callIntoOr(read, nothing, SystemCall.READ, CONTROL, signal.address(), Operand.of(1));
    program.unlessEqual(read.value(), ZERO, released);
    program.call(SystemCall.EXIT_GROUP, Operand.of(128 + Kernel.SIGKILL));
    program.place(released);
    if (life.detached()) {
      program.attempt(SystemCall.CLOSE, CONTROL);
    }
    program.place(nothing);
    if (life.detached()) {
      log.drain();
    }
    program.jump(wait);
    program.place(notInput);
  }

  /** Signals that are meant for init. kill(2) of -1 reaches all in the pid namespace but PID 1. */
  private void commands(Data signal, Label wait) {
    Operand everybody = ownPids ? EVERYBODY : main.value();
    command(signal, Launcher.PROCEED, wait, () -> {}); // it has
    command(signal, Launcher.SIGNAL_ALL, wait, () -> program.attempt(SystemCall.KILL, everybody, info.value(SI_VALUE)));
    command(signal, Launcher.PAUSE, wait, () -> program.attempt(SystemCall.KILL, everybody, Operand.of(Kernel.SIGSTOP, "SIGSTOP")));
    command(signal, Launcher.RESUME, wait, () -> program.attempt(SystemCall.KILL, everybody, Operand.of(Kernel.SIGCONT, "SIGCONT")));
    command(signal, Launcher.RENOUNCE_RESTART, wait, () -> {
      if (life.restart().attempts() > 0) {
        program.attempt(SystemCall.CLOSE, RESTARTS);
      }
    });
    if (life.detached()) {
      command(signal, Kernel.SIGXFSZ, wait, () -> {}); // the log is full: the write that failed has told so
    }
  }

  private void command(Data signal, int number, Label wait, Runnable action) {
    Label not = program.label("not_" + number);
    program.unlessEqual(signal.value(), Operand.of(number), not);
    action.run();
    program.jump(wait);
    program.place(not);
  }

  /**
   * What the program left behind ends before its end is told: from then on nothing of the container runs, and the JVM need
   * not wait until the kernel has taken the namespaces down.
   */
  private void endOthers() {
    Label alone = program.label("alone");
    Label next = program.label("reap_others");
    Data other = program.space("other", SIGINFO_SIZE);
    program.callOr(alone, SystemCall.KILL, EVERYBODY, Operand.of(Kernel.SIGKILL, "SIGKILL"));
    program.place(next);
    program.callOr(alone, SystemCall.WAITID, Operand.of(0, "P_ALL"), ZERO, other.address(), Operand.of(4, "WEXITED"), NULL);
    program.jump(next);
    program.place(alone);
  }
}
