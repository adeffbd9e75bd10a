package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;

/**
 * Writes how stage 1 stays beside a detached container whose program is PID 1: as its parent, outside, it keeps what the program prints and
 * how that ends. It holds nothing but the files for that, and the socket to the JVM until that lets the container go. If it is killed, the
 * kernel kills PID 1.
 */
final class Keeper {
  private static final int SIGINFO_SIZE = 128;
  private static final int SI_PID = 16;
  private static final int SI_STATUS = 24;
  private static final Operand CONTROL = Operand.of(Launcher.CONTROL);
  private static final Operand EXIT_FILE = Operand.of(Launcher.FILES);
  private static final Operand START_FILE = Operand.of(Launcher.FILES + 4);
  private static final Operand CLOSE_ON_EXEC = Operand.of(0x80000, "O_CLOEXEC");
  private static final Operand ALL_SIGNALS_SIZE = Operand.of(8);
  /** Above those of files and control groups, and below those of the program's. */
  private static final int PIPES = Launcher.MORE - 6;
  private static final Operand EXECUTED = Operand.of(PIPES);
  private static final Operand NOT_YET_EXECUTED = Operand.of(PIPES + 1);
  private static final int OUTPUT = PIPES + 2;

  private final ProgramBuilder program;
  private final boolean held;
  private final OutputLog log;
  private final Data all;
  private final Data self;
  private final Data info;
  private final Data read;

  /** @param held whether the program waits before it is executed */
  Keeper(ProgramBuilder program, boolean held) {
    this.program = program;
    this.held = held;
    this.log = new OutputLog(program, false, OUTPUT);
    this.all = program.longs("~[]", -1L);
    this.self = program.variable("keeper");
    this.info = program.space("siginfo", SIGINFO_SIZE);
    this.read = program.variable("read");
  }

  /** As soon as it is where it stays: from then on it hears of the JVM's end, and does not die of it. */
  void open() {
    program.purpose("watch the starting process");
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), all.address(), NULL, ALL_SIGNALS_SIZE);
    program.callInto(self, SystemCall.GETPID);
    OutputLog.watch(program, self, CONTROL);
    Label alive = program.label("alive");
    program.callOr(alive, SystemCall.READ, CONTROL, read.address(), Operand.of(1)); // a JVM that is gone already sends no signal
    program.call(SystemCall.EXIT_GROUP, Operand.of(128 + Kernel.SIGKILL));
    program.place(alive);
    log.openPipes(self);
    if (held) {
      program.purpose("make a pipe that the program's start closes");
      Data ends = OutputLog.pipe(program, EXECUTED, NOT_YET_EXECUTED);
      program.call(SystemCall.CLOSE, ends.value());
      program.call(SystemCall.CLOSE, ends.value(4));
      OutputLog.watch(program, self, EXECUTED);
    }
  }

  /** In the program's process, which dies with this one. */
  void connect() {
    log.connectUnlimited();
    program.call(SystemCall.PRCTL, Operand.of(1, "PR_SET_PDEATHSIG"), Operand.of(Kernel.SIGKILL, "SIGKILL"));
  }

  /** The same of one that was held: the socket to the JVM is not for it, and what is in its place is closed by its start. */
  void connectStart() {
    program.call(SystemCall.DUP3, NOT_YET_EXECUTED, CONTROL, CLOSE_ON_EXEC);
  }

  /**
   * Its life from then on.
   *
   * @param pid that of PID 1, its child
   * @param leave writes how it leaves the host's mounts alone
   */
  void write(Data pid, Runnable leave) {
    program.actor("keeper");
    program.purpose("keep what the program prints and how it ends");
    program.attempt(SystemCall.PRCTL, Operand.of(15, "PR_SET_NAME"), program.string("carrel-keeper").address());
    leave.run();
    closeDescriptors();
    log.limitFile();
    Label wait = program.label("wait");
    Label other = program.label("other_signal");
    Data signal = program.variable("signal");
    program.place(wait);
    program.callIntoOr(signal, wait, SystemCall.RT_SIGTIMEDWAIT, all.address(), info.address(), NULL, ALL_SIGNALS_SIZE);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGCHLD, "SIGCHLD"), other);
    program.callOr(wait, SystemCall.WAITID, Operand.of(0, "P_ALL"), ZERO, info.address(),
        Operand.of(0x0100_0000 | 4 | 1, "WNOWAIT|WEXITED|WNOHANG"), NULL);
    program.unlessEqual(info.value(SI_PID), pid.value(), wait);
    end();
    program.place(other);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGIO, "SIGIO"), wait);
    input(pid);
    program.jump(wait);
  }

  private void closeDescriptors() {
    program.attempt(SystemCall.CLOSE_RANGE, ZERO, Operand.of(Launcher.STATUS), ZERO);
    program.attempt(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(Launcher.FILES - 1), ZERO);
    program.attempt(SystemCall.CLOSE_RANGE, Operand.of(Launcher.FILES + (held ? 5 : 4)), Operand.of(PIPES - 1), ZERO);
    program.attempt(SystemCall.CLOSE, NOT_YET_EXECUTED);
    program.attempt(SystemCall.CLOSE_RANGE, Operand.of(OUTPUT + 2), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
  }

  /** The program has ended, and everything inside with it. Its pid stays until the JVM has taken hold of it, or lets it go. */
  private void end() {
    Label over = program.label("over");
    log.drain();
    program.purpose("tell how the program ended");
    program.attempt(SystemCall.WRITE, EXIT_FILE, info.address(), Operand.of(SIGINFO_SIZE));
    program.callOr(over, SystemCall.FCNTL, CONTROL, Operand.of(4, "F_SETFL"), ZERO);
    program.callOr(over, SystemCall.READ, CONTROL, read.address(), Operand.of(1));
    program.place(over);
    program.call(SystemCall.EXIT_GROUP, info.value(SI_STATUS));
  }

  /** The JVM is gone, or it lets the container go, or the program was executed, or there is output. */
  private void input(Data pid) {
    Label nothing = program.label("nothing_told");
    Label released = program.label("released");
    Label waits = program.label("not_executed");
    program.callIntoOr(read, nothing, SystemCall.READ, CONTROL, info.address(), Operand.of(1));
    program.unlessEqual(read.value(), ZERO, released);
    program.attempt(SystemCall.KILL, pid.value(), Operand.of(Kernel.SIGKILL, "SIGKILL")); // it may not be so far that it would die by itself
    program.call(SystemCall.EXIT_GROUP, Operand.of(128 + Kernel.SIGKILL));
    program.place(released);
    program.attempt(SystemCall.CLOSE, CONTROL);
    program.place(nothing);
    if (held) { // behind a failure record of the program's process, if there is one
      program.callOr(waits, SystemCall.READ, EXECUTED, info.address(), Operand.of(1));
      program.attempt(SystemCall.WRITE, START_FILE, program.longs("{1, 0}", 1, 0).address(), Operand.of(16));
      program.attempt(SystemCall.CLOSE, EXECUTED);
      program.place(waits);
    }
    log.drain();
  }
}
