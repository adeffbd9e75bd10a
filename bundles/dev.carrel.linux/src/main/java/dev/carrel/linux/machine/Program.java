package dev.carrel.linux.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A finished program: can be read by people and linked into an executable.
 *
 * <p>The executable is a static ELF file of two segments, code and writable program, with absolute addresses: nothing
 * is relocated. Instruction 0 is a header whose arguments are overwritten by failure records.
 */
public final class Program {
  private static final int CODE_BASE = 0x400000;
  private static final int DATA_BASE = 0x800000;
  private static final int ELF_HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int INSTRUCTION = 72;
  private static final int ALIGNMENT = 0x10000; // also fits kernels with 64 KiB pages
  private static final int NOWHERE = 8 + 8 * 5; // the header's last argument takes results nobody wants

  private final List<Instruction> instructions;
  private final List<Data> memory;
  private final Instruction.Label failure;

  Program(List<Instruction> instructions, List<Data> memory, Instruction.Label failure) {
    this.instructions = List.copyOf(instructions);
    this.memory = List.copyOf(memory);
    this.failure = failure;
    int at = INSTRUCTION * (this.instructions.size() + 1);
    for (Data data : this.memory) {
      data.place(at);
      at += data.content().length + 7 & ~7;
    }
  }

  /** Its instructions, in order. */
  public List<Instruction> instructions() {
    return instructions;
  }

  /**
   * The instruction at an address, as a failure record has it.
   *
   * @throws IllegalArgumentException if none is there
   */
  public Instruction instructionAt(long address, Architecture architecture) {
    long index = (address - programAddress(architecture)) / INSTRUCTION - 1;
    if (index < 0 || index >= instructions.size()) {
      throw new IllegalArgumentException("no instruction at 0x" + Long.toHexString(address));
    }
    return instructions.get((int) index);
  }

  /** Where an instruction is, as {@link #instructionAt} takes it. */
  public long address(int index, Architecture architecture) {
    return programAddress(architecture) + INSTRUCTION * (index + 1L);
  }

  /** The executable, for a processor. */
  public byte[] link(Architecture architecture) {
    byte[] machine = architecture.machineCode();
    int codeAt = ELF_HEADER + 3 * PROGRAM_HEADER;
    int programAt = programOffset(architecture, machine);
    int programSize = INSTRUCTION * (instructions.size() + 1);
    for (Data data : memory) {
      programSize += data.content().length + 7 & ~7;
    }
    ByteBuffer file = ByteBuffer.allocate(programAt + programSize).order(ByteOrder.LITTLE_ENDIAN);
    elfHeader(file, architecture);
    programHeader(file, 1, 5, 0, CODE_BASE, programAt); // PT_LOAD, read and execute
    programHeader(file, 1, 6, programAt, DATA_BASE + programAt, programSize); // PT_LOAD, read and write
    programHeader(file, 0x6474e551, 6, 0, 0, 0); // PT_GNU_STACK, not executable
    file.position(codeAt);
    file.put(architecture.loadProgramAddress(DATA_BASE + programAt)).put(machine);
    file.position(programAt);
    writeProgram(file, architecture, DATA_BASE + programAt);
    return file.array();
  }

  private static long programAddress(Architecture architecture) {
    return DATA_BASE + programOffset(architecture, architecture.machineCode());
  }

  private static int programOffset(Architecture architecture, byte[] machine) {
    return ELF_HEADER + 3 * PROGRAM_HEADER + architecture.loadProgramAddress(0).length + machine.length + 15 & ~15;
  }

  private void elfHeader(ByteBuffer file, Architecture architecture) {
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
    file.putShort((short) 2).putShort((short) architecture.elfMachine()).putInt(1);
    file.putLong(CODE_BASE + ELF_HEADER + 3 * PROGRAM_HEADER).putLong(ELF_HEADER).putLong(0);
    file.putInt(0).putShort((short) ELF_HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 3);
    file.putShort((short) 0).putShort((short) 0).putShort((short) 0);
  }

  private static void programHeader(ByteBuffer file, int type, int flags, long offset, long address, long size) {
    file.putInt(type).putInt(flags).putLong(offset).putLong(address).putLong(address);
    file.putLong(size).putLong(size).putLong(type == 1 ? ALIGNMENT : 16);
  }

  private void writeProgram(ByteBuffer file, Architecture architecture, long base) {
    int start = file.position();
    file.putInt(SystemCall.GETPID.number(architecture)).putInt(0);
    file.position(start + 56);
    file.putLong(base + NOWHERE).putLong(base + INSTRUCTION);
    for (int i = 0; i < instructions.size(); i++) {
      file.position(start + INSTRUCTION * (i + 1));
      write(file, instructions.get(i), architecture, base);
    }
    for (Data data : memory) {
      file.position(start + data.offset());
      file.put(data.content());
      for (Data.Pointer pointer : data.pointers()) {
        file.putLong(start + data.offset() + pointer.displacement(), base + pointer.target().offset());
      }
    }
  }

  private void write(ByteBuffer file, Instruction instruction, Architecture architecture, long base) {
    int at = file.position();
    int mask = 0;
    file.position(at + 8);
    int bit = 1;
    for (Operand operand : instruction.arguments()) {
      if (operand instanceof Operand.Constant constant) {
        file.putLong(constant.value());
      } else if (operand instanceof Operand.Address address) {
        file.putLong(base + address.data().offset() + address.displacement());
      } else if (operand instanceof Operand.Load load) {
        file.putLong(base + load.data().offset() + load.displacement());
        mask |= 1 << bit;
      } else {
        file.putLong(base + 8); // the header's arguments
      }
      bit++;
    }
    int number = instruction.call().isPresent() ? instruction.call().get().number(architecture) : -1;
    file.putInt(at, number).putInt(at + 4, mask);
    long result = NOWHERE;
    if (instruction.result().isPresent()) {
      result = instruction.result().get().data().offset() + instruction.result().get().displacement();
    }
    file.putLong(at + 56, base + result);
    int target = instruction.onFailure().isPresent() ? instruction.onFailure().get().index() : failure.index();
    file.putLong(at + 64, base + INSTRUCTION * (target + 1L));
  }
}
