package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ProcessSpec;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles what a runtime that does everything by its own commands executes as PID 1 of a container, as a file of the bundle: it needs nothing but what
 * every kernel has, also one that the runtime brings. It starts the program, so that signals do what they do to any other process, hands on those that
 * the runtime sends, reaps, and ends as the program has ended: a signal's end is 128 and its number. A pure function.
 */
final class RuntimeInit {
  private static final int SI_PID = 16;
  private static final int SI_STATUS = 24;
  private static final int SI_CODE = 8;
  private static final int LAST_SIGNAL = 64;
  private static final int SIGNALLED = 128;
  private static final Operand ALL_SIGNALS_SIZE = Operand.of(8);

  private RuntimeInit() {}

  static Program of(ProcessSpec process) {
    ProgramBuilder program = new ProgramBuilder();
    Data all = program.longs("~[]", -1L);
    Data none = program.longs("[]", 0);
    Data main = program.variable("main");
    Data info = program.space("siginfo", 128);
    Data signal = program.variable("signal");
    Label parent = program.label("parent");
    Label wait = program.label("wait");
    Label reap = program.label("reap");
    Label other = program.label("other_signal");
    Label notMain = program.label("not_main");
    program.actor("inside");
    program.purpose("start the program");
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), all.address(), NULL, ALL_SIGNALS_SIZE);
    program.callInto(main, SystemCall.CLONE, Kernel.cloneFlags(Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(main.value(), ZERO, parent);
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), none.address(), NULL, ALL_SIGNALS_SIZE);
    execute(program, process);
    program.place(parent);
    program.attempt(SystemCall.CLOSE_RANGE, ZERO, Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    for (int stream = 0; stream < 3; stream++) { // a kernel without close_range(2)
      program.attempt(SystemCall.CLOSE, Operand.of(stream));
    }
    program.place(wait);
    program.callIntoOr(signal, wait, SystemCall.RT_SIGTIMEDWAIT, all.address(), NULL, NULL, ALL_SIGNALS_SIZE);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGCHLD, "SIGCHLD"), other);
    program.place(reap);
    program.callOr(wait, SystemCall.WAITID, ZERO, ZERO, info.address(), Operand.of(4 | 1, "WEXITED|WNOHANG"), NULL);
    program.unlessEqual(info.value(SI_PID), main.value(), notMain);
    end(program, info);
    program.place(notMain); // 0 says that there is none
    program.unlessEqual(info.value(SI_PID), ZERO, reap);
    program.jump(wait);
    program.place(other);
    program.attempt(SystemCall.KILL, main.value(), signal.value());
    program.jump(wait);
    Label failure = program.label("failure");
    program.place(failure);
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
    return program.build(failure);
  }

  private static void end(ProgramBuilder program, Data info) {
    Label killed = program.label("killed");
    program.unlessEqual(info.value(SI_CODE), Operand.of(1, "CLD_EXITED"), killed);
    program.call(SystemCall.EXIT_GROUP, info.value(SI_STATUS));
    program.place(killed);
    for (int number = 1; number <= LAST_SIGNAL; number++) {
      Label not = program.label("not_" + number);
      program.unlessEqual(info.value(SI_STATUS), Operand.of(number), not);
      program.call(SystemCall.EXIT_GROUP, Operand.of(SIGNALLED + number));
      program.place(not);
    }
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
  }

  /** As in every other container; that there is one has been looked up before. */
  private static void execute(ProgramBuilder program, ProcessSpec process) {
    String name = process.command().get(0);
    List<String> arguments = new ArrayList<>(process.command());
    arguments.set(0, process.traits().argumentZero().orElse(name));
    Operand argv = program.strings(arguments).address();
    List<String> environment = new ArrayList<>();
    process.environment().forEach((variable, value) -> environment.add(variable + "=" + value));
    environment.sort(null);
    Operand envp = program.strings(environment).address();
    Data result = program.variable("result");
    Label missing = program.label("missing");
    for (String candidate : ProgramStart.candidates(name, process.environment().getOrDefault("PATH", ""))) {
      Label next = program.label("next");
      program.callIntoOr(result, next, SystemCall.EXECVE, program.string(candidate).address(), argv, envp);
      program.place(next);
    }
    byte[] words = ("carrel: cannot run " + name + "\n").getBytes(StandardCharsets.UTF_8);
    program.attempt(SystemCall.WRITE, Operand.of(2), program.bytes("<" + words.length + " bytes>", words).address(), Operand.of(words.length));
    program.unlessEqual(result.value(), Operand.of(-Errno.ENOENT.number(), "-ENOENT"), missing);
    program.call(SystemCall.EXIT_GROUP, Operand.of(127));
    program.place(missing);
    program.call(SystemCall.EXIT_GROUP, Operand.of(126));
  }
}
