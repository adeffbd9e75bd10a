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
 * Writes how stage 1 stays beside a container whose program is PID 1: nothing else could end that with the JVM. It holds nothing but the
 * control socket and the pidfd, and ends when the JVM closes its side, as it does when the container has ended.
 */
final class Guard {
  private static final Operand CONTAINER = Operand.of(Launcher.FILES);

  private final ProgramBuilder program;
  private final Data pidfd;

  Guard(ProgramBuilder program) {
    this.program = program;
    this.pidfd = program.variable("pidfd");
  }

  /** Where clone(2) puts the pidfd: CLONE_PIDFD. */
  Data descriptor() {
    return pidfd;
  }

  /**
   * Before the container is there: from then on this process must not die of the JVM's death, which it would notice by SIGPIPE as it tells
   * the pid. Ctrl-C at the JVM's terminal is not meant for it either.
   */
  void prepare() {
    program.purpose("watch the starting process");
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), program.longs("~[]", -1L).address(), NULL, Operand.of(8));
  }

  void write() {
    Label over = program.label("over");
    program.purpose("watch the starting process");
    program.attempt(SystemCall.PRCTL, Operand.of(15, "PR_SET_NAME"), program.string("carrel-guard").address());
    program.attempt(SystemCall.DUP3, pidfd.value(), CONTAINER, Operand.of(0x80000, "O_CLOEXEC"));
    program.attempt(SystemCall.CLOSE_RANGE, ZERO, Operand.of(Launcher.STATUS), ZERO);
    program.attempt(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(Launcher.FILES - 1), ZERO);
    program.attempt(SystemCall.CLOSE_RANGE, Operand.of(Launcher.FILES + 1), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    program.callOr(over, SystemCall.READ, Operand.of(Launcher.CONTROL), program.variable("byte").address(), Operand.of(1));
    program.place(over);
    program.attempt(SystemCall.PIDFD_SEND_SIGNAL, CONTAINER, Operand.of(Kernel.SIGKILL, "SIGKILL"), NULL, ZERO);
  }
}
