package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio.Redirect;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the part of a program that is the container's PID 1: opens the terminal, starts the contained program, and then
 * reaps, forwards signals, ends when the program has ended or the JVM is gone.
 */
final class InitProgram {
  private static final Operand ALL_SIGNALS_SIZE = Operand.of(8);
  private static final int SIGINFO_SIZE = 128;
  private static final int SI_PID = 16;
  private static final int SI_STATUS = 24;
  private static final Operand CONTROL = Operand.of(Launcher.CONTROL);

  private final ProgramBuilder program;
  private final ProcessSpec process;
  private final Data umask;
  private final Data none;
  private final Data all;
  private final Data main;
  private final Confinement confinement;
  private Data terminal;

  InitProgram(ProgramBuilder program, ContainerSpec spec, Data umask, Confinement confinement) {
    this.program = program;
    this.process = spec.process();
    this.confinement = confinement;
    this.umask = umask;
    this.none = program.longs("[]", 0);
    this.all = program.longs("~[]", -1L);
    this.main = program.variable("main");
  }

  void write() {
    process.stdio().terminal().ifPresent(this::openTerminal);
    confinement.ofInit();
    program.purpose("prepare the container's first process");
    program.call(SystemCall.PRCTL, Operand.of(15, "PR_SET_NAME"), program.string("carrel-init").address());
    // Its memory holds this program, host paths included: nobody inside may look.
    program.call(SystemCall.PRCTL, Operand.of(4, "PR_SET_DUMPABLE"), ZERO);
    setSignalMask(all);
    watchJvm();
    Label parent = program.label("init_loop");
    program.purpose("start a process in the container");
    program.callInto(main, SystemCall.CLONE,
        Kernel.cloneFlags(Kernel.CLONE_VM | Kernel.CLONE_VFORK | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(main.value(), ZERO, parent);
    program.actor("program");
    startProgram();
    program.actor("init");
    program.place(parent);
    loop();
  }

  /** A pseudo-terminal of the container's own devpts; its controlling side goes to the JVM. See pty(7), unix(7). */
  private void openTerminal(TerminalSize size) {
    Data lock = program.longs("&0", 0);
    Data winsize = program.longs("{" + size.rows() + ", " + size.columns() + "}", size.rows() | (long) size.columns() << 16);
    Data ancillary = program.longs("{SOL_SOCKET, SCM_RIGHTS, ptmx}", 20, 1L << 32 | 1, 0);
    Operand readWrite = Operand.of(2 | 0x100 | 0x80000, "O_RDWR|O_NOCTTY|O_CLOEXEC");
    terminal = program.variable("terminal");
    program.purpose("open a terminal in the container");
    program.callInto(ancillary.address(16), SystemCall.OPENAT, CURRENT, program.string("/dev/pts/ptmx").address(), readWrite, ZERO);
    program.call(SystemCall.IOCTL, ancillary.value(16), Operand.of(0x40045431, "TIOCSPTLCK"), lock.address());
    program.call(SystemCall.IOCTL, ancillary.value(16), Operand.of(0x5414, "TIOCSWINSZ"), winsize.address());
    program.callInto(terminal, SystemCall.IOCTL, ancillary.value(16), Operand.of(0x5441, "TIOCGPTPEER"), readWrite);
    Data vector = program.longs("[{&0, 1}]", 0, 1).pointer(0, lock);
    Data message = program.longs("{[{&0, 1}], SCM_RIGHTS ptmx}", 0, 0, 0, 1, 0, 24, 0).pointer(16, vector).pointer(32, ancillary);
    program.call(SystemCall.SENDMSG, CONTROL, message.address(), ZERO);
    program.call(SystemCall.CLOSE, ancillary.value(16));
    program.purpose("make /dev/console");
    program.call(SystemCall.MOUNT, program.string("/dev/pts/0").address(), program.string("/dev/console").address(), NULL,
        Kernel.mountFlags(Kernel.MS_BIND), NULL);
  }

  private void setSignalMask(Data set) {
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), set.address(), NULL, ALL_SIGNALS_SIZE);
  }

  /**
   * SIGIO arrives when the JVM's end of the control socket closes: the container dies with the JVM, however that ends.
   * PR_SET_PDEATHSIG would fire when the thread ends that started the container. A JVM that is gone already is noticed
   * by the first read.
   */
  private void watchJvm() {
    Data pid = program.variable("self");
    program.callInto(pid, SystemCall.GETPID);
    program.call(SystemCall.FCNTL, CONTROL, Operand.of(8, "F_SETOWN"), pid.value());
    program.call(SystemCall.FCNTL, CONTROL, Operand.of(4, "F_SETFL"), Operand.of(0x2000 | 0x800, "O_ASYNC|O_NONBLOCK"));
    Label alive = program.label("alive");
    Data byteRead = program.variable("byte");
    program.callOr(alive, SystemCall.READ, CONTROL, byteRead.address(), Operand.of(1));
    program.call(SystemCall.EXIT_GROUP, Operand.of(128 + Kernel.SIGKILL));
    program.place(alive);
  }

  private void startProgram() {
    program.purpose("prepare the program");
    program.call(SystemCall.SETSID);
    if (terminal != null) {
      for (int stream = 0; stream < (process.stdio().err() == Redirect.PIPE ? 3 : 2); stream++) {
        program.call(SystemCall.DUP3, terminal.value(), Operand.of(stream), ZERO);
      }
      program.call(SystemCall.IOCTL, ZERO, Operand.of(0x540E, "TIOCSCTTY"), ZERO);
    }
    setSignalMask(none);
    program.call(SystemCall.UMASK, umask.value());
    program.purpose("start in " + process.directory());
    program.call(SystemCall.CHDIR, program.string(process.directory().toString()).address());
    confinement.ofProgram();
    execute();
  }

  /** Like execvp(3): every directory of the path is tried; a program that may not be executed is told before one that is nowhere. */
  private void execute() {
    String name = process.command().get(0);
    Operand argv = program.strings(process.command()).address();
    List<String> environment = new ArrayList<>(process.environment().size());
    process.environment().forEach((variable, value) -> environment.add(variable + "=" + value));
    environment.sort(null);
    Operand envp = program.strings(environment).address();
    program.purpose("run " + name);
    List<String> candidates = candidates(name, process.environment().getOrDefault("PATH", ""));
    List<Data> results = new ArrayList<>(candidates.size());
    for (int i = 0; i < candidates.size() - 1; i++) {
      Data result = program.variable("result");
      Label next = program.label("next");
      program.callIntoOr(result, next, SystemCall.EXECVE, program.string(candidates.get(i)).address(), argv, envp);
      program.place(next);
      results.add(result);
    }
    for (int i = 0; i < results.size(); i++) {
      Label harmless = program.label("next");
      program.unlessEqual(results.get(i).value(), Operand.of(-Errno.EACCES.number(), "-EACCES"), harmless);
      program.call(SystemCall.EXECVE, program.string(candidates.get(i)).address(), argv, envp);
      program.place(harmless);
    }
    program.call(SystemCall.EXECVE, program.string(candidates.get(candidates.size() - 1)).address(), argv, envp);
  }

  private static List<String> candidates(String name, String path) {
    if (name.indexOf('/') >= 0) {
      return List.of(name);
    }
    List<String> candidates = new ArrayList<>();
    for (String directory : path.split(":")) {
      if (directory.startsWith("/")) { // never the current directory: it may be anybody's
        candidates.add(directory + "/" + name);
      }
    }
    return candidates.isEmpty() ? List.of("/usr/bin/" + name) : candidates;
  }

  /** PID 1's life. It holds nothing but the control socket. */
  private void loop() {
    Label wait = program.label("wait");
    Label other = program.label("other_signal");
    Label reap = program.label("reap");
    Label notMain = program.label("not_main");
    Label forward = program.label("forward");
    Data signal = program.variable("signal");
    Data info = program.space("siginfo", SIGINFO_SIZE);
    program.purpose("run the container's first process");
    program.call(SystemCall.CLOSE_RANGE, ZERO, Operand.of(Launcher.STATUS), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    program.place(wait);
    program.callIntoOr(signal, wait, SystemCall.RT_SIGTIMEDWAIT, all.address(), info.address(), NULL, ALL_SIGNALS_SIZE);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGCHLD, "SIGCHLD"), other);
    program.place(reap);
    program.callOr(wait, SystemCall.WAITID, Operand.of(0, "P_ALL"), ZERO, info.address(),
        Operand.of(4 | 1, "WEXITED|WNOHANG"), NULL);
    program.unlessEqual(info.value(SI_PID), main.value(), notMain);
    endOthers();
    program.attempt(SystemCall.WRITE, CONTROL, info.address(), Operand.of(SIGINFO_SIZE));
    program.call(SystemCall.EXIT_GROUP, info.value(SI_STATUS));
    program.place(notMain); // an orphan has been reaped: maybe there are more; 0 says that there is none
    program.unlessEqual(info.value(SI_PID), ZERO, reap);
    program.jump(wait);
    program.place(other);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGIO, "SIGIO"), forward);
    program.callOr(wait, SystemCall.READ, CONTROL, signal.address(), Operand.of(1));
    program.call(SystemCall.EXIT_GROUP, Operand.of(128 + Kernel.SIGKILL));
    program.place(forward);
    program.callOr(wait, SystemCall.KILL, main.value(), signal.value());
    program.jump(wait);
  }

  /**
   * What the program left behind ends before its end is told: from then on nothing of the container runs, and the JVM need
   * not wait until the kernel has taken the namespaces down. kill(2) of -1 reaches all in the pid namespace but PID 1.
   */
  private void endOthers() {
    Label alone = program.label("alone");
    Label next = program.label("reap_others");
    Data other = program.space("other", SIGINFO_SIZE);
    program.callOr(alone, SystemCall.KILL, Operand.of(-1), Operand.of(Kernel.SIGKILL, "SIGKILL"));
    program.place(next);
    program.callOr(alone, SystemCall.WAITID, Operand.of(0, "P_ALL"), ZERO, other.address(), Operand.of(4, "WEXITED"), NULL);
    program.jump(next);
    program.place(alone);
  }
}
