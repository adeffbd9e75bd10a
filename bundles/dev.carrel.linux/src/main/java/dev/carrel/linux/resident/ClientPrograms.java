package dev.carrel.linux.resident;

import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The programs that the script {@code carrel} executes where a resident runtime may be: static ELF files of a few hundred bytes. Their words,
 * variables and directory are read by the runtime, from {@code /proc}; the socket is {@value #SOCKET} in the directory that is open as
 * descriptor {@value #DIRECTORY}.
 *
 * <p>{@code ask} ends with 0 if a runtime would serve who executed it. {@code connect} hands its streams over, passes signals on, and ends
 * as the runtime says.
 */
public final class ClientPrograms {
  /** The socket's name. */
  static final String SOCKET = "socket";
  /** What {@code ask} writes. */
  static final byte ASKS = '?';
  /** What {@code connect} sends with its descriptors. */
  static final byte COMES = '!';
  /** The answer to both: yes. */
  static final byte TAKEN = 'y';

  private static final int DIRECTORY = 9;
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int ADDRESS_SIZE = 110;
  private static final int REFUSED = 1;
  private static final int GONE = 125;
  /** HUP, INT, QUIT, USR1, USR2, TERM and WINCH; see signal(7). */
  private static final long SIGNALS = bits(1, 2, 3, 10, 12, 15, 28);
  private static final int SFD_CLOEXEC = 0x80000;
  private static final int SIGNALFD_SIGINFO = 128;
  /** In struct pollfd: POLLIN is asked for, and has come. */
  private static final int READABLE = 0x0001_0001;
  /** Numbers for descriptors that are in a structure; nothing else can be there but what is handed on, from 3. */
  private static final int SIGNALS_AT = 200;
  private static final int SOCKET_AT = 201;
  private static final String LOST = "carrel: the resident runtime ended, and this command with it. Say it again: it is run without one then\n";

  private ClientPrograms() {}

  /** Writes both programs, for this machine, into a folder. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    write(folder.resolve("ask"), ask());
    write(folder.resolve("connect"), connect());
  }

  private static void write(Path file, Program program) throws IOException {
    Files.write(file, program.link(Architecture.host()));
    if (!file.toFile().setExecutable(true, false)) {
      throw new IOException("cannot make " + file + " executable");
    }
  }

  private static long bits(int... signals) {
    long set = 0;
    for (int signal : signals) {
      set |= 1L << signal - 1;
    }
    return set;
  }

  static Program ask() {
    ProgramBuilder program = new ProgramBuilder().actor("ask").purpose("find a resident runtime");
    Label failure = program.label("failure");
    Data answer = program.variable("answer");
    Data socket = connected(program);
    program.call(SystemCall.WRITE, socket.value(), program.bytes("'?'", new byte[] {ASKS}).address(), Operand.of(1));
    program.call(SystemCall.READ, socket.value(), answer.address(), Operand.of(1));
    program.requireEqual(answer.value(), Operand.of(TAKEN));
    program.call(SystemCall.EXIT_GROUP, Operand.of(0));
    program.place(failure);
    program.call(SystemCall.EXIT_GROUP, Operand.of(REFUSED));
    return program.build(failure);
  }

  private static Data connected(ProgramBuilder program) {
    Data socket = program.variable("socket");
    byte[] address = new byte[ADDRESS_SIZE];
    address[0] = AF_UNIX;
    byte[] name = ("/proc/self/fd/" + DIRECTORY + "/" + SOCKET).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, address, 2, name.length);
    program.callInto(socket, SystemCall.SOCKET, Operand.of(AF_UNIX, "AF_UNIX"), Operand.of(SOCK_STREAM | SFD_CLOEXEC, "SOCK_STREAM|SOCK_CLOEXEC"), Operand.of(0));
    program.call(SystemCall.CONNECT, socket.value(), program.bytes("socket of the runtime", address).address(), Operand.of(ADDRESS_SIZE));
    return socket;
  }

  static Program connect() {
    ProgramBuilder program = new ProgramBuilder().actor("connect").purpose("hand a command to the resident runtime");
    Label loop = program.label("loop");
    Label told = program.label("told");
    Label failure = program.label("failure");
    Operand none = Operand.nothing();
    Data signals = program.variable("signals");
    Data set = program.longs("{HUP,INT,QUIT,USR1,USR2,TERM,WINCH}", SIGNALS);
    Data information = program.space("signal", SIGNALFD_SIGINFO);
    Data status = program.variable("status");
    Data message = message(program);

    Data socket = connected(program);
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(0, "SIG_BLOCK"), set.address(), none, Operand.of(8));
    program.callInto(signals, SystemCall.SIGNALFD4, Operand.of(-1), set.address(), Operand.of(8), Operand.of(SFD_CLOEXEC, "SFD_CLOEXEC"));
    program.call(SystemCall.SENDMSG, socket.value(), message.address(), Operand.of(0));
    Data polled = polled(program, signals, socket);
    program.place(loop);
    program.callOr(loop, SystemCall.PPOLL, polled.address(), Operand.of(2), none, none, Operand.of(8)); // stopped and continued: EINTR
    program.unlessEqual(polled.value(4), Operand.of(READABLE), told);
    program.call(SystemCall.READ, signals.value(), information.address(), Operand.of(SIGNALFD_SIGINFO));
    program.call(SystemCall.WRITE, socket.value(), information.address(), Operand.of(4)); // ssi_signo
    program.jump(loop);
    program.place(told);
    Data count = program.variable("count");
    program.callInto(count, SystemCall.READ, socket.value(), status.address(), Operand.of(4));
    program.requireEqual(count.value(), Operand.of(4));
    program.call(SystemCall.EXIT_GROUP, status.value());
    program.place(failure);
    program.attempt(SystemCall.WRITE, Operand.of(2), program.string(LOST).address(), Operand.of(LOST.length()));
    program.call(SystemCall.EXIT_GROUP, Operand.of(GONE));
    return program.build(failure);
  }

  /** struct msghdr with one byte, and the three streams as SCM_RIGHTS; see cmsg(3). */
  private static Data message(ProgramBuilder program) {
    ByteBuffer rights = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    rights.putLong(28).putInt(1).putInt(1).putInt(0).putInt(1).putInt(2); // SOL_SOCKET, SCM_RIGHTS
    Data vector = program.longs("{'!', 1}", 0, 1).pointer(0, program.bytes("'!'", new byte[] {COMES}));
    return program.longs("{'!', SCM_RIGHTS [0, 1, 2]}", 0, 0, 0, 1, 0, 32, 0)
        .pointer(16, vector).pointer(32, program.bytes("SCM_RIGHTS [0, 1, 2]", rights.array()));
  }

  /** Two struct pollfd, of descriptors that are known when it runs: they are copied to numbers that are known now. */
  private static Data polled(ProgramBuilder program, Data signals, Data socket) {
    ByteBuffer structures = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    structures.putInt(SIGNALS_AT).putShort((short) 1).putShort((short) 0).putInt(SOCKET_AT).putShort((short) 1).putShort((short) 0);
    Data polled = program.bytes("$polled", structures.array());
    program.call(SystemCall.DUP3, signals.value(), Operand.of(SIGNALS_AT), Operand.of(SFD_CLOEXEC, "O_CLOEXEC"));
    program.call(SystemCall.DUP3, socket.value(), Operand.of(SOCKET_AT), Operand.of(SFD_CLOEXEC, "O_CLOEXEC"));
    return polled;
  }
}
