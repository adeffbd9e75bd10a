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
 * Writes the part of init that keeps what a detached container's program prints: from two pipes into two files that take
 * turns. A piece is a header, see {@link dev.carrel.api.isolation.ContainerRecord}, and its bytes. init's own file-size limit
 * ends a file: the write that hits it is made again in the other one, which is emptied before. So a container's output never
 * takes more than twice the limit, and nothing but the oldest is lost.
 */
final class OutputLog {
  /** The descriptor with the file that is written. */
  static final int FILE = Launcher.FILES + 1;
  private static final int OTHER_FILE = FILE + 1;
  private static final int SPARE = FILE + 4; // behind the file with restarts and that of a late start
  private static final int FIRST_PIPE = FILE + 5;
  /** The first descriptor that nothing here needs. */
  static final int AFTER_LAST = FIRST_PIPE + 4;

  private static final long LARGEST_FILE = 4L << 20;
  private static final int HEADER = 32;
  private static final int SIZE_AT = 16;
  private static final int CHUNK = 32 * 1024;
  private static final Operand FSIZE = Operand.of(1, "RLIMIT_FSIZE");

  private final ProgramBuilder program;
  private final Data ordinary;
  private final Data chunk;
  private final Data limited;
  private final boolean terminal;
  private final int firstPipe;
  private Operand last = Operand.of(0xFFFF_FFFFL, "~0");

  /** @param terminal whether the program prints to a terminal of its own, and so only one stream */
  OutputLog(ProgramBuilder program, boolean terminal) {
    this(program, terminal, FIRST_PIPE);
  }

  /** @param firstPipe the first of the four descriptors of the pipes */
  OutputLog(ProgramBuilder program, boolean terminal, int firstPipe) {
    this.program = program;
    this.terminal = terminal;
    this.firstPipe = firstPipe;
    this.ordinary = program.space("file_size_limit", 16);
    this.chunk = program.space("chunk", CHUNK);
    this.limited = program.space("log_size_limit", 16);
  }

  /** Leaves those from this one on alone, as others need them. */
  void spare(int first) {
    last = Operand.of(first - 1);
  }

  /**
   * Makes the pipes, or the terminal; SIGIO tells when there is something in one.
   *
   * @param console whether the terminal is the container's /dev/console as well
   */
  void open(Data self, InitProgram.Main start, boolean console) {
    program.purpose("make the pipes for the output");
    // Nothing of the set-up is needed any more. So the kernel gives each pipe the gap before the files, and it can be moved.
    program.call(SystemCall.CLOSE_RANGE, Operand.of(SPARE), last, ZERO);
    closeGap();
    for (int stream = 1; stream <= streams(); stream++) {
      if (terminal) {
        start.keepTerminal(readEnd(stream), writeEnd(stream), console);
      } else {
        pipe(program, readEnd(stream), writeEnd(stream));
      }
      watch(self, stream);
      closeGap();
    }
    limitFile();
  }

  /** A pipe at these descriptors. */
  static Data pipe(ProgramBuilder program, Operand readEnd, Operand writeEnd) {
    Data ends = program.space("pipe", 16);
    program.call(SystemCall.PIPE2, ends.address(), Operand.of(0x80000, "O_CLOEXEC"));
    program.call(SystemCall.DUP3, ends.value(), readEnd, Operand.of(0x80000, "O_CLOEXEC"));
    program.call(SystemCall.DUP3, ends.value(4), writeEnd, Operand.of(0x80000, "O_CLOEXEC"));
    return ends;
  }

  private void watch(Data self, int stream) {
    watch(program, self, readEnd(stream));
  }

  /** SIGIO tells this process when there is something to read. */
  static void watch(ProgramBuilder program, Data self, Operand descriptor) {
    program.call(SystemCall.FCNTL, descriptor, Operand.of(8, "F_SETOWN"), self.value());
    program.call(SystemCall.FCNTL, descriptor, Operand.of(4, "F_SETFL"), Operand.of(0x2000 | 0x800, "O_ASYNC|O_NONBLOCK"));
  }

  /** The pipes alone, before there is a process that writes into them. */
  void openPipes(Data self) {
    program.purpose("make the pipes for the output");
    for (int stream = 1; stream <= streams(); stream++) {
      Data ends = pipe(program, readEnd(stream), writeEnd(stream));
      program.call(SystemCall.CLOSE, ends.value());
      program.call(SystemCall.CLOSE, ends.value(4));
      watch(self, stream);
    }
  }

  /** As {@link #connect}, in a process whose files were never limited. */
  void connectUnlimited() {
    program.purpose("connect the output");
    for (int stream = 1; stream <= 2; stream++) {
      program.call(SystemCall.DUP3, writeEnd(stream), Operand.of(stream), ZERO);
    }
  }

  void limitFile() {
    program.purpose("limit the size of the log");
    program.call(SystemCall.PRLIMIT64, ZERO, FSIZE, NULL, ordinary.address());
    program.call(SystemCall.PRLIMIT64, ZERO, FSIZE, NULL, limited.address());
    program.callInto(limited.address(), SystemCall.LSEEK, Operand.of(FILE), Operand.of(LARGEST_FILE), ZERO); // gives the number
    program.call(SystemCall.LSEEK, Operand.of(FILE), ZERO, ZERO);
    limit();
  }

  /** Before every piece: a program inside may be the same user, and could have raised it (prlimit(2)). */
  private void limit() {
    program.attempt(SystemCall.PRLIMIT64, ZERO, FSIZE, limited.address(), NULL); // or the user's own limit is lower already
  }

  private int streams() {
    return terminal ? 1 : 2;
  }

  private void closeGap() {
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(Launcher.FILES - 1), ZERO);
  }

  private Operand readEnd(int stream) {
    return Operand.of(firstPipe + stream - 1);
  }

  private Operand writeEnd(int stream) {
    return Operand.of(firstPipe + stream + 1);
  }

  /** In the program's process: it writes into the pipes, and files as large as it may. */
  void connect() {
    program.purpose("connect the output");
    program.call(SystemCall.PRLIMIT64, ZERO, FSIZE, ordinary.address(), NULL);
    for (int stream = 1; stream <= 2 && !terminal; stream++) {
      program.call(SystemCall.DUP3, writeEnd(stream), Operand.of(stream), ZERO);
    }
  }

  /** Carries over what is in the pipes. */
  void drain() {
    program.purpose("keep the output");
    for (int stream = 1; stream <= streams(); stream++) {
      drain(stream);
    }
  }

  private void drain(int stream) {
    Data header = program.longs("$header_of_" + stream, 0, 0, 0, stream);
    Data written = program.variable("written");
    Label again = program.label("drain_" + stream);
    Label empty = program.label("drained_" + stream);
    Label some = program.label("carry_" + stream);
    Label full = program.label("log_full_" + stream);
    program.place(again);
    program.callIntoOr(header.address(SIZE_AT), empty, SystemCall.READ, readEnd(stream), chunk.address(), Operand.of(CHUNK));
    program.unlessEqual(header.value(SIZE_AT), ZERO, some);
    program.jump(empty);
    program.place(some);
    limit();
    program.attempt(SystemCall.CLOCK_GETTIME, Operand.of(0, "CLOCK_REALTIME"), header.address());
    program.callIntoOr(written, full, SystemCall.WRITE, Operand.of(FILE), header.address(), Operand.of(HEADER));
    program.unlessEqual(written.value(), Operand.of(HEADER), full);
    program.callIntoOr(written, full, SystemCall.WRITE, Operand.of(FILE), chunk.address(), header.value(SIZE_AT));
    program.unlessEqual(written.value(), header.value(SIZE_AT), full);
    program.jump(again);
    program.place(full);
    changeFiles();
    program.attempt(SystemCall.WRITE, Operand.of(FILE), header.address(), Operand.of(HEADER));
    program.attempt(SystemCall.WRITE, Operand.of(FILE), chunk.address(), header.value(SIZE_AT));
    program.jump(again);
    program.place(empty);
  }

  private void changeFiles() {
    program.attempt(SystemCall.DUP3, Operand.of(FILE), Operand.of(SPARE), ZERO);
    program.attempt(SystemCall.DUP3, Operand.of(OTHER_FILE), Operand.of(FILE), ZERO);
    program.attempt(SystemCall.DUP3, Operand.of(SPARE), Operand.of(OTHER_FILE), ZERO);
    program.attempt(SystemCall.FTRUNCATE, Operand.of(FILE), ZERO);
    program.attempt(SystemCall.LSEEK, Operand.of(FILE), ZERO, ZERO);
  }
}
