package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;

/**
 * A process that gives a terminal its modes back if this JVM is killed while it is in raw mode. It does nothing if the terminal is not as
 * the JVM has set it: then somebody else has taken it over.
 */
public final class TerminalGuard implements AutoCloseable {
  private static final int TERMIOS_SIZE = 64;
  /** Where struct termios has the local modes; see ioctl_tty(2), TCGETS. */
  private static final int LOCAL_MODES = 12;
  private static final byte[] WORD = {1};

  private final int control;
  private final int pid;

  private TerminalGuard(int control, int pid) {
    this.control = control;
    this.pid = pid;
  }

  /**
   * Begins to watch, with the modes that the terminal has now.
   *
   * @param raw its local modes as this JVM will set them
   * @throws CarrelException if there can be none
   */
  public static TerminalGuard of(int terminal, int raw) {
    Descriptors descriptors = new Descriptors();
    try (MemoryImage image = MemoryImage.of(program(raw))) {
      int[] status = descriptors.pipe();
      int[] control = descriptors.socketPair();
      int pid = new Spawn().execute(image.acquire(), new int[] {descriptors.copy(terminal), Launching.NOTHING, Launching.NOTHING, status[1], control[1]});
      image.release();
      descriptors.close(status[1]);
      descriptors.close(control[1]);
      if (pid < 0) {
        throw CarrelException.failed("cannot watch over a terminal: posix_spawn: " + Errno.describe(-pid));
      }
      LibC.readFully(status[0], new byte[Launching.RECORD]); // it knows the modes now, or has failed
      descriptors.give(control[0]);
      return new TerminalGuard(control[0], pid);
    } finally {
      descriptors.closeAll();
    }
  }

  private static Program program(int raw) {
    ProgramBuilder program = new ProgramBuilder();
    Operand terminal = Operand.of(0);
    Operand nothing = Operand.of(0);
    Label over = program.label("over");
    Label failure = program.label("failure");
    Data saved = program.space("saved", TERMIOS_SIZE);
    Data now = program.space("now", TERMIOS_SIZE);
    Data read = program.variable("read");
    program.actor("guard").purpose("watch over the terminal");
    // Neither what is typed nor a change of the foreground process group is meant for it.
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), program.longs("~[]", -1L).address(), Operand.nothing(), Operand.of(8));
    program.call(SystemCall.CLOSE_RANGE, Operand.of(1), Operand.of(2), nothing);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(0xFFFF_FFFFL, "~0"), nothing);
    program.call(SystemCall.PRCTL, Operand.of(15, "PR_SET_NAME"), program.string("carrel-terminal").address());
    program.call(SystemCall.IOCTL, terminal, Operand.of(0x5401, "TCGETS"), saved.address());
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), program.longs("{1, 0}", 1, 0).address(), Operand.of(Launching.RECORD));
    program.call(SystemCall.CLOSE, Operand.of(Launcher.STATUS));
    program.callInto(read, SystemCall.READ, Operand.of(Launcher.CONTROL), program.variable("byte").address(), Operand.of(1));
    program.unlessEqual(read.value(), nothing, over); // a byte: the JVM has done it itself
    program.call(SystemCall.IOCTL, terminal, Operand.of(0x5401, "TCGETS"), now.address());
    program.unlessEqual(now.value(LOCAL_MODES), Operand.of(raw), over);
    program.call(SystemCall.IOCTL, terminal, Operand.of(0x5402, "TCSETS"), saved.address());
    program.place(over);
    program.call(SystemCall.EXIT_GROUP, nothing);
    program.place(failure);
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
    return program.build(failure);
  }

  /** The terminal has its modes back. */
  @Override
  public void close() {
    LibC.send(control, WORD, 1, LibC.MSG_NOSIGNAL);
    LibC.close(control);
    Launching.reap(pid);
  }
}
