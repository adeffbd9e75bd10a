package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;

/** A descriptor that a program hands over to the JVM, through a socket: SCM_RIGHTS; see unix(7). */
final class HandedDescriptor {
  private final ProgramBuilder program;
  private final String name;
  private final Data ancillary;

  HandedDescriptor(ProgramBuilder program, String name) {
    this.program = program;
    this.name = name;
    this.ancillary = program.longs("{SOL_SOCKET, SCM_RIGHTS, " + name + "}", 20, 1L << 32 | 1, 0);
  }

  /** Where its number belongs. */
  Operand.Address place() {
    return ancillary.address(16);
  }

  /** Its number. */
  Operand value() {
    return ancillary.value(16);
  }

  void send(Operand socket) {
    Data word = program.longs("&0", 0);
    Data vector = program.longs("[{&0, 1}]", 0, 1).pointer(0, word);
    Data message = program.longs("{[{&0, 1}], SCM_RIGHTS " + name + "}", 0, 0, 0, 1, 0, 24, 0).pointer(16, vector).pointer(32, ancillary);
    program.call(SystemCall.SENDMSG, socket, message.address(), ZERO);
  }
}
