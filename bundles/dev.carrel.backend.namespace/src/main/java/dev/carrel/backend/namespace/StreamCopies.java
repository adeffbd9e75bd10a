package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.charset.StandardCharsets;

/**
 * Writes how a process puts pipes in the place of its streams that are regular files, for what it starts, and carries over what is in them: so the files have
 * one offset for all who have them. It holds the files and its ends of the pipes, close-on-exec. All signals have to be blocked: SIGIO tells that there is
 * something to do, and nothing is kept here meanwhile, so that after the end of who writes one more time is enough.
 */
final class StreamCopies {
  private static final int SI_PID = 16;
  private static final int CHUNK = 32 * 1024;
  private static final int FAILED = 125;
  /** More than a pipe takes. */
  private static final Operand MUCH = Operand.of(1 << 24);
  private static final Operand CLOSE_ON_EXEC = Operand.of(0x80000, "O_CLOEXEC");
  private static final Operand ALL_SIGNALS_SIZE = Operand.of(8);

  private final ProgramBuilder program;
  private final FileStreams files;
  private final int first;
  private final Data awaited;
  private final Data chunk;
  private final Data self;
  private final Data count;
  private final Data lost;
  /** Not 0 once nothing more is carried over; as numbers cannot be assigned, a pid says so. */
  private final Data[] over = new Data[3];

  /** @param first the first of seven descriptors that are free */
  StreamCopies(ProgramBuilder program, FileStreams files, int first) {
    this.program = program;
    this.files = files;
    this.first = first;
    this.awaited = program.longs("[CHLD IO]", 1L << (Kernel.SIGCHLD - 1) | 1L << (Kernel.SIGIO - 1));
    this.chunk = program.space("chunk", files.any() ? CHUNK : 0);
    this.self = program.variable("self");
    this.count = program.variable("count");
    this.lost = program.variable("lost");
    for (int stream = 0; stream < over.length; stream++) {
      over[stream] = program.variable("over_" + stream);
    }
  }

  boolean any() {
    return files.any();
  }

  private Operand file(int stream) {
    return Operand.of(first + stream);
  }

  /** This process's end of a pipe. */
  private Operand end(int stream) {
    return Operand.of(first + 3 + stream);
  }

  /** The other end of the input's: what nobody has read can be read there. */
  private Operand unread() {
    return Operand.of(first + 6);
  }

  private void set(Data flag) {
    program.callInto(flag, SystemCall.GETPID);
  }

  /** Puts the pipes there. */
  void open() {
    program.purpose("make pipes for streams that are files");
    program.callInto(self, SystemCall.GETPID);
    for (int stream = 0; stream < 3; stream++) {
      if (files.has(stream) || stream == 2) { // where it is told what was lost
        program.call(SystemCall.DUP3, Operand.of(stream), file(stream), CLOSE_ON_EXEC);
      }
    }
    if (files.in()) {
      openInput();
    }
    Label connected = program.label("connected");
    if (files.out() && files.err()) {
      openTogether(connected);
    }
    for (int stream = 1; stream <= 2; stream++) {
      if (files.has(stream)) {
        openOutput(stream);
      }
    }
    program.place(connected);
  }

  /** What is opened once goes through one pipe: two would not keep the order. */
  private void openTogether(Label connected) {
    Label apart = program.label("two_files");
    program.callIntoOr(count, apart, SystemCall.KCMP, self.value(), self.value(), Operand.of(0, "KCMP_FILE"), file(1), file(2));
    program.unlessEqual(count.value(), ZERO, apart);
    openOutput(1);
    program.call(SystemCall.DUP3, Operand.of(1), Operand.of(2), ZERO);
    set(over[2]);
    program.jump(connected);
    program.place(apart);
  }

  private void openOutput(int stream) {
    pipe(end(stream), Operand.of(stream), CLOSE_ON_EXEC, ZERO);
    OutputLog.watch(program, self, end(stream));
  }

  /** What cannot be spliced, as some of the kernel's own files, is handed on as it is. */
  private void openInput() {
    Label refused = program.label("not_spliced");
    Label other = program.label("spliced");
    Label opened = program.label("input_opened");
    pipe(unread(), end(0), CLOSE_ON_EXEC, CLOSE_ON_EXEC);
    OutputLog.watch(program, self, end(0));
    program.callIntoOr(count, refused, SystemCall.SPLICE, file(0), NULL, end(0), NULL, MUCH, Operand.of(2, "SPLICE_F_NONBLOCK"));
    program.place(other);
    program.call(SystemCall.DUP3, unread(), ZERO, ZERO);
    feed();
    program.jump(opened);
    program.place(refused);
    program.unlessEqual(count.value(), Operand.of(-Errno.EINVAL.number(), "-EINVAL"), other);
    program.call(SystemCall.CLOSE, unread());
    closeInput();
    program.place(opened);
  }

  private void pipe(Operand readEnd, Operand writeEnd, Operand readFlags, Operand writeFlags) {
    Data ends = program.space("pipe", 16);
    program.call(SystemCall.PIPE2, ends.address(), CLOSE_ON_EXEC);
    program.call(SystemCall.DUP3, ends.value(), readEnd, readFlags);
    program.call(SystemCall.DUP3, ends.value(4), writeEnd, writeFlags);
    program.call(SystemCall.CLOSE, ends.value());
    program.call(SystemCall.CLOSE, ends.value(4));
  }

  private void closeInput() {
    program.attempt(SystemCall.CLOSE, end(0));
    set(over[0]);
  }

  /** Waits for a child's end, of which it tells, and carries over what comes meanwhile. */
  void await(Data child, Data info) {
    Label wait = program.label("copy_until_end");
    Label ended = program.label("child_ended");
    program.place(wait);
    program.callOr(wait, SystemCall.RT_SIGTIMEDWAIT, awaited.address(), NULL, NULL, ALL_SIGNALS_SIZE);
    program.call(SystemCall.WAITID, Operand.of(1, "P_PID"), child.value(), info.address(), Operand.of(4 | 1, "WEXITED|WNOHANG"), NULL);
    transfer();
    program.unlessEqual(info.value(SI_PID), ZERO, ended);
    program.jump(wait);
    program.place(ended);
  }

  /** Carries over what is there. */
  void transfer() {
    if (files.in()) {
      feed();
    }
    drain();
  }

  private void drain() {
    for (int stream = 1; stream <= 2; stream++) {
      if (files.has(stream)) {
        drain(stream);
      }
    }
  }

  private void feed() {
    Label next = program.label("read_ahead");
    Label stopped = program.label("no_input");
    Label failed = program.label("input_failed");
    Label bad = program.label("input_lost");
    program.unlessEqual(over[0].value(), ZERO, stopped);
    program.place(next);
    program.callIntoOr(count, failed, SystemCall.SPLICE, file(0), NULL, end(0), NULL, MUCH, Operand.of(2, "SPLICE_F_NONBLOCK"));
    program.unlessEqual(count.value(), ZERO, next);
    closeInput();
    program.jump(stopped);
    program.place(failed);
    program.unlessEqual(count.value(), Operand.of(-Errno.EAGAIN.number(), "-EAGAIN"), bad);
    program.jump(stopped);
    program.place(bad);
    lose("the file that is standard input could not be read to its end");
    closeInput();
    program.place(stopped);
  }

  private void drain(int stream) {
    Data written = program.variable("written");
    Label next = program.label("copy_" + stream);
    Label some = program.label("some_" + stream);
    Label full = program.label("full_" + stream);
    Label ended = program.label("ended_" + stream);
    Label stopped = program.label("nothing_" + stream);
    program.unlessEqual(over[stream].value(), ZERO, stopped);
    program.place(next);
    program.callIntoOr(count, stopped, SystemCall.READ, end(stream), chunk.address(), Operand.of(CHUNK));
    program.unlessEqual(count.value(), ZERO, some);
    program.jump(ended);
    program.place(some);
    program.callIntoOr(written, full, SystemCall.WRITE, file(stream), chunk.address(), count.value());
    program.unlessEqual(written.value(), count.value(), full);
    program.jump(next);
    program.place(full);
    lose("not all that a program has written fits into the file that it was to go to");
    program.place(ended);
    program.attempt(SystemCall.CLOSE, end(stream)); // who writes more is told by SIGPIPE
    set(over[stream]);
    program.place(stopped);
  }

  private void lose(String what) {
    byte[] words = ("carrel: " + what + ". Look whether the file system is full\n").getBytes(StandardCharsets.UTF_8);
    program.attempt(SystemCall.WRITE, file(2), program.bytes("<" + words.length + " bytes>", words).address(), Operand.of(words.length));
    set(lost);
  }

  /** Who was started has ended: carries over the last. */
  void finish() {
    program.purpose("copy what is left in pipes");
    transfer();
    giveBack();
  }

  /** What was read ahead and by nobody else. */
  void giveBack() {
    if (!files.in()) {
      return;
    }
    Label next = program.label("give_back");
    Label nothing = program.label("all_read");
    closeInput();
    program.attempt(SystemCall.FCNTL, unread(), Operand.of(4, "F_SETFL"), Operand.of(0x800, "O_NONBLOCK"));
    program.place(next); // one by one, as the machine cannot negate a number
    program.callIntoOr(count, nothing, SystemCall.READ, unread(), chunk.address(), Operand.of(1));
    program.unlessEqual(count.value(), Operand.of(1), nothing);
    program.attempt(SystemCall.LSEEK, file(0), Operand.of(-1), Operand.of(1, "SEEK_CUR"));
    program.jump(next);
    program.place(nothing);
  }

  /** Ends in a failure if something was lost. */
  void exitIfLost() {
    Label failed = program.label("something_lost");
    Label whole = program.label("nothing_lost");
    program.unlessEqual(lost.value(), ZERO, failed);
    program.jump(whole);
    program.place(failed);
    program.call(SystemCall.EXIT_GROUP, Operand.of(FAILED));
    program.place(whole);
  }

  /** As long as somebody else can write into a pipe, another process carries that over: this one does not wait for it. */
  void leave() {
    if (!files.out() && !files.err()) {
      return;
    }
    Data child = program.variable("copier");
    Label stay = program.label("others_write");
    Label gone = program.label("nobody_writes");
    Label wait = program.label("copy_on");
    unlessOver(stay);
    program.jump(gone);
    program.place(stay);
    program.callInto(child, SystemCall.CLONE, Kernel.cloneFlags(Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(child.value(), ZERO, gone);
    program.actor("copier");
    program.attempt(SystemCall.CLOSE_RANGE, ZERO, file(0), ZERO);
    program.attempt(SystemCall.CLOSE, unread());
    if (!files.err()) {
      program.attempt(SystemCall.CLOSE, file(2));
    }
    program.callInto(self, SystemCall.GETPID);
    for (int stream = 1; stream <= 2; stream++) {
      program.attempt(SystemCall.FCNTL, end(stream), Operand.of(8, "F_SETOWN"), self.value());
    }
    Label again = program.label("copy_again");
    program.place(again);
    drain();
    unlessOver(wait);
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(wait);
    program.callOr(wait, SystemCall.RT_SIGTIMEDWAIT, awaited.address(), NULL, NULL, ALL_SIGNALS_SIZE);
    program.jump(again);
    program.place(gone);
  }

  private void unlessOver(Label target) {
    for (int stream = 1; stream <= 2; stream++) {
      if (files.has(stream)) {
        Label over = program.label("over_" + stream);
        program.unlessEqual(this.over[stream].value(), ZERO, over);
        program.jump(target);
        program.place(over);
      }
    }
  }
}
