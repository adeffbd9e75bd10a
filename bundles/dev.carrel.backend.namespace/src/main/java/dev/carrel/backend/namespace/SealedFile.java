package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;

/** Writes how a file in memory that nobody can change is made, for a tool that inherits its descriptor; see memfd_create(2). */
final class SealedFile {
  private static final Operand ALLOW_SEALING = Operand.of(2, "MFD_ALLOW_SEALING");
  private static final Operand ALLOW_SEALING_AND_EXECUTION = Operand.of(2 | 0x10, "MFD_ALLOW_SEALING|MFD_EXEC");
  private static final Operand ALL_SEALS = Operand.of(0x0f, "F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE");

  private SealedFile() {}

  /** One that is executed. */
  static void ofProgram(ProgramBuilder program, byte[] image, int number) {
    Data file = program.variable("file");
    Operand name = program.string("carrel").address();
    Label old = program.label("without_flag");
    Label made = program.label("made");
    program.callIntoOr(file, old, SystemCall.MEMFD_CREATE, name, ALLOW_SEALING_AND_EXECUTION);
    program.jump(made);
    program.place(old); // before Linux 6.3
    program.callInto(file, SystemCall.MEMFD_CREATE, name, ALLOW_SEALING);
    program.place(made);
    fill(program, file, image, "<" + image.length + " bytes>", number);
  }

  /**
   * One that is read.
   *
   * @param shown what is told of its content
   */
  static void ofData(ProgramBuilder program, byte[] content, String shown, int number) {
    Data file = program.variable("file");
    program.callInto(file, SystemCall.MEMFD_CREATE, program.string("carrel").address(), ALLOW_SEALING);
    fill(program, file, content, shown, number);
  }

  private static void fill(ProgramBuilder program, Data file, byte[] content, String shown, int number) {
    if (content.length > 0) {
      program.call(SystemCall.WRITE, file.value(), program.bytes(shown, content).address(), Operand.of(content.length));
    }
    program.call(SystemCall.FCNTL, file.value(), Operand.of(1033, "F_ADD_SEALS"), ALL_SEALS);
    program.call(SystemCall.LSEEK, file.value(), ZERO, ZERO);
    program.call(SystemCall.DUP3, file.value(), Operand.of(number), ZERO);
    program.call(SystemCall.CLOSE, file.value());
  }
}
