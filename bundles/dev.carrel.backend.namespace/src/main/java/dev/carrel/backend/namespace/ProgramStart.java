package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Writes the way of a process to its program: terminal, streams, working directory, confinement, execve(2). */
final class ProgramStart implements InitProgram.Main {
  private static final Operand ALL_SIGNALS_SIZE = Operand.of(8);

  private final ProgramBuilder program;
  private final ProcessSpec process;
  private final Data umask;
  private final Data status;
  private final Data none;
  private final Confinement confinement;
  private Operand terminal;
  private Operand control = Operand.of(Launcher.CONTROL);

  /** @param status holds the number of the status pipe */
  ProgramStart(ProgramBuilder program, ProcessSpec process, Data umask, Data status, Confinement confinement) {
    this.status = status;
    this.program = program;
    this.process = process;
    this.umask = umask;
    this.confinement = confinement;
    this.none = program.longs("[]", 0);
  }

  @Override
  public void openTerminal(boolean console) {
    if (process.stdio().terminal().isPresent()) {
      HandedDescriptor master = open(process.stdio().terminal().get());
      master.send(control);
      program.call(SystemCall.CLOSE, master.value());
      if (console) {
        makeConsole();
      }
    }
  }

  @Override
  public void keepTerminal(Operand master, Operand slave, boolean console) {
    Operand closeOnExec = Operand.of(0x80000, "O_CLOEXEC");
    HandedDescriptor opened = open(process.stdio().terminal().orElseThrow());
    program.call(SystemCall.DUP3, opened.value(), master, closeOnExec);
    program.call(SystemCall.DUP3, terminal, slave, closeOnExec);
    terminal = slave;
    if (console) {
      makeConsole();
    }
  }

  private void makeConsole() {
    program.purpose("make /dev/console");
    program.call(SystemCall.MOUNT, program.string("/dev/pts/0").address(), program.string("/dev/console").address(), NULL,
        Kernel.mountFlags(Kernel.MS_BIND), NULL);
  }

  /** A pseudo-terminal of the container's own devpts; see pty(7), ioctl_tty(2). Returns its controlling side. */
  private HandedDescriptor open(TerminalSize size) {
    HandedDescriptor master = new HandedDescriptor(program, "ptmx");
    Data lock = program.longs("&0", 0);
    Data winsize = program.longs("{" + size.rows() + ", " + size.columns() + "}", size.rows() | (long) size.columns() << 16);
    Operand readWrite = Operand.of(2 | 0x100 | 0x80000, "O_RDWR|O_NOCTTY|O_CLOEXEC");
    Data slave = program.variable("terminal");
    program.purpose("open a terminal in the container");
    program.callInto(master.place(), SystemCall.OPENAT, CURRENT, program.string("/dev/pts/ptmx").address(), readWrite, ZERO);
    program.call(SystemCall.IOCTL, master.value(), Operand.of(0x40045431, "TIOCSPTLCK"), lock.address());
    program.call(SystemCall.IOCTL, master.value(), Operand.of(0x5414, "TIOCSWINSZ"), winsize.address());
    program.callInto(slave, SystemCall.IOCTL, master.value(), Operand.of(0x5441, "TIOCGPTPEER"), readWrite);
    terminal = slave.value();
    return master;
  }

  /** Ends in the program, or in a failure. */
  @Override
  public void write() {
    program.purpose("prepare the program");
    program.call(SystemCall.SETSID);
    if (terminal != null) {
      for (int stream = 0; stream < (process.stdio().err() == Redirect.PIPE ? 3 : 2); stream++) {
        program.call(SystemCall.DUP3, terminal, Operand.of(stream), ZERO);
      }
      program.call(SystemCall.IOCTL, ZERO, Operand.of(0x540E, "TIOCSCTTY"), ZERO);
    }
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), none.address(), NULL, ALL_SIGNALS_SIZE);
    program.call(SystemCall.UMASK,
        process.traits().umask().isPresent() ? Kernel.mode(process.traits().umask().getAsInt()) : umask.value());
    descriptors();
    program.purpose("start in " + process.directory());
    program.call(SystemCall.CHDIR, program.string(process.directory().toString()).address());
    groups();
    confinement.ofProgram(process.stdio().more().size(), control);
    execute();
  }

  private void groups() {
    List<Long> groups = process.traits().groups();
    if (!groups.isEmpty()) {
      StringBuilder text = new StringBuilder();
      ByteBuffer list = ByteBuffer.allocate(4 * groups.size()).order(ByteOrder.LITTLE_ENDIAN);
      for (long group : groups) {
        text.append(text.length() == 0 ? "" : ", ").append(group);
        list.putInt((int) group);
      }
      program.purpose("join the groups " + text);
      program.call(SystemCall.SETGROUPS, Operand.of(groups.size()), program.bytes("[" + text + "]", list.array()).address());
    }
  }

  /**
   * Puts those that were asked for where the program expects them, the status pipe out of their way, and closes all others: the host's
   * /proc is still open, and a working directory or a program can be a link to /proc/self/fd/N (CVE-2024-21626).
   */
  private void descriptors() {
    int more = process.stdio().more().size();
    program.purpose("close what leads out of the container");
    if (more == 0) {
      program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
      return;
    }
    program.callInto(status, SystemCall.DUP3, Operand.of(Launcher.STATUS), Operand.of(Launcher.MORE - 1), Operand.of(0x80000, "O_CLOEXEC"));
    int last = Launcher.MORE - 2;
    if (confinement.notifies()) {
      program.call(SystemCall.DUP3, control, Operand.of(last), Operand.of(0x80000, "O_CLOEXEC"));
      control = Operand.of(last--);
    }
    for (int i = 0; i < more; i++) {
      program.call(SystemCall.DUP3, Operand.of(Launcher.MORE + i), Operand.of(3 + i), ZERO);
    }
    program.call(SystemCall.CLOSE_RANGE, Operand.of(3 + more), Operand.of(last), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.MORE), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
  }

  /** Like execvp(3): every directory of the path is tried; a program that may not be executed is told before one that is nowhere. */
  private void execute() {
    String name = process.command().get(0);
    List<String> arguments = new ArrayList<>(process.command());
    arguments.set(0, process.traits().argumentZero().orElse(name));
    Operand argv = program.strings(arguments).address();
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

  /** Where it is looked for. */
  static List<String> candidates(String name, String path) {
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
}
