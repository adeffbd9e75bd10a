package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.IdMapping;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.List;

/**
 * Writes how the ids of a new user namespace get mapped by a process outside it: more than one's own id may be mapped only by who
 * has CAP_SETUID and CAP_SETGID around it; see user_namespaces(7). The one inside hands over its directory in /proc, whose name it
 * could not tell, and waits for a byte; if the other ends, so does it.
 */
final class MapHandover {
  private static final int FAILED = 125;
  private static final Operand DIRECTORY = Operand.of(0x200000 | 0x80000 | 0x10000, "O_PATH|O_CLOEXEC|O_DIRECTORY");

  private final ProgramBuilder program;
  private final Data hostProc;
  private final Data ends;
  private final Data message;
  private final Data ancillary;
  private final Data payload;

  /** @param hostProc holds a descriptor of the /proc in which both processes are */
  MapHandover(ProgramBuilder program, Data hostProc) {
    this.program = program;
    this.hostProc = hostProc;
    this.ends = program.space("ends", 16);
    this.payload = program.variable("payload");
    this.ancillary = program.longs("{SOL_SOCKET, SCM_RIGHTS, directory}", 20, 1L << 32 | 1, 0);
    Data vector = program.longs("[{&payload, 1}]", 0, 1).pointer(0, payload);
    this.message = program.longs("{[{&payload, 1}], SCM_RIGHTS}", 0, 0, 0, 1, 0, 24, 0).pointer(16, vector).pointer(32, ancillary);
  }

  private Operand outside() {
    return ends.value(0);
  }

  private Operand inside() {
    return ends.value(4);
  }

  /** Before the two processes part. */
  void open() {
    program.call(SystemCall.SOCKETPAIR, Operand.of(1, "AF_UNIX"), Operand.of(0x80001, "SOCK_STREAM|SOCK_CLOEXEC"), ZERO, ends.address());
  }

  /** The part of the one inside, which goes on when its ids are mapped. */
  void ask() {
    Data count = program.variable("count");
    Label gone = program.label("gone");
    Label mapped = program.label("mapped");
    program.purpose("have the container's ids mapped");
    program.call(SystemCall.CLOSE, outside());
    program.callInto(ancillary.address(16), SystemCall.OPENAT, hostProc.value(), program.string("self").address(), DIRECTORY, ZERO);
    program.call(SystemCall.SENDMSG, inside(), message.address(), Operand.of(0x4000, "MSG_NOSIGNAL"));
    program.call(SystemCall.CLOSE, ancillary.value(16));
    program.callInto(count, SystemCall.READ, inside(), payload.address(), Operand.of(1));
    program.unlessEqual(count.value(), Operand.of(1), gone);
    program.jump(mapped);
    program.place(gone);
    program.call(SystemCall.EXIT_GROUP, Operand.of(FAILED)); // the other has said why
    program.place(mapped);
    program.call(SystemCall.CLOSE, inside());
  }

  /**
   * The part of the one outside.
   *
   * @param failed where it goes on if the kernel refuses
   * @param gone where it goes on if the one inside has ended
   */
  void serve(List<IdMapping> users, List<IdMapping> groups, Label failed, Label gone) {
    map(users, groups, failed, gone);
    release(failed);
  }

  /** The directory in /proc of the one inside, which waits, between {@link #map} and {@link #release}. */
  Operand directory() {
    return ancillary.value(16);
  }

  void map(List<IdMapping> users, List<IdMapping> groups, Label failed, Label gone) {
    Data count = program.variable("count");
    program.purpose("map the container's ids");
    program.callOr(failed, SystemCall.CLOSE, inside());
    program.callIntoOr(count, failed, SystemCall.RECVMSG, outside(), message.address(), Operand.of(0x40000000, "MSG_CMSG_CLOEXEC"));
    program.unlessEqual(count.value(), Operand.of(1), gone);
    write("uid_map", users, failed);
    write("gid_map", groups, failed);
  }

  void release(Label failed) {
    program.callOr(failed, SystemCall.WRITE, outside(), payload.address(), Operand.of(1));
    program.callOr(failed, SystemCall.CLOSE, directory());
    program.callOr(failed, SystemCall.CLOSE, outside());
  }

  private void write(String name, List<IdMapping> mappings, Label failed) {
    StringBuilder lines = new StringBuilder();
    for (IdMapping mapping : mappings) {
      lines.append(mapping).append('\n');
    }
    Data file = program.variable("file");
    program.callIntoOr(file, failed, SystemCall.OPENAT, directory(), program.string(name).address(), Kernel.WRITE_ONLY, ZERO);
    program.callOr(failed, SystemCall.WRITE, file.value(), program.string(lines.toString()).address(), Operand.of(lines.length()));
    program.callOr(failed, SystemCall.CLOSE, file.value());
  }
}
