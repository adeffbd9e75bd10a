package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.backend.namespace.ToolBackend.Bundle;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.List;

/**
 * Writes the process that has a runtime of the OCI create and start a container by its commands, sends it signals by its command kill, waits for what the
 * runtime has left running, and has it delete the container. It ends as that has ended: of several processes (runsc has one for files) as the
 * one that did not end in 0.
 */
final class RuntimeStart implements InitProgram.Main {
  /** How a step is told in which the runtime has failed. */
  static final String ASK = "start a container: ";
  private static final int SI_CODE = 8;
  private static final int SI_PID = 16;
  private static final int SI_STATUS = 24;
  private static final int LAST_SIGNAL = 31;
  private static final int PID_SIZE = 16;
  private static final Operand EVERYTHING = Operand.of(0xFFFF_FFFFL, "~0");
  private static final Operand ALL_SIGNALS_SIZE = Operand.of(8);
  private static final Operand ONE = Operand.of(1, "P_PID");
  private static final Operand WEXITED = Operand.of(4, "WEXITED");
  private static final Operand SUBREAPER = Operand.of(36, "PR_SET_CHILD_SUBREAPER");
  private static final Operand LOOK = Operand.of(0x0100_0000 | 4 | 1, "WNOWAIT|WEXITED|WNOHANG");

  private final ProgramBuilder program;
  private final Bundle bundle;
  private final LaunchPlan plan;
  private final String id;
  private final int groups;
  private final StreamCopies copies;
  private final Data all;
  private final Data none;
  private final Data info;

  /**
   * For one start.
   *
   * @param groups how many files of control groups there are from {@link InitProgram#SPARED} on
   * @param files those of the container's streams that the runtime is not given, but pipes
   */
  RuntimeStart(ProgramBuilder program, Bundle bundle, LaunchPlan plan, int groups, FileStreams files) {
    this.program = program;
    this.bundle = bundle;
    this.plan = plan;
    this.id = plan.id();
    this.groups = groups;
    this.copies = new StreamCopies(program, files, InitProgram.SPARED + groups);
    this.all = program.longs("~[]", -1L);
    this.none = program.longs("[]", 0);
    this.info = program.space("siginfo", 128);
  }

  /** No backend that asks for this declares a terminal. */
  @Override
  public void openTerminal(boolean console) {}

  @Override
  public void keepTerminal(Operand master, Operand slave, boolean console) {
    throw new IllegalStateException("a terminal is not declared");
  }

  @Override
  public void write() {
    program.actor("runtime");
    program.purpose("watch " + bundle.runtime());
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL), Operand.of(InitProgram.SPARED - 1), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(InitProgram.SPARED), EVERYTHING, Operand.of(4, "CLOSE_RANGE_CLOEXEC"));
    program.call(SystemCall.PRCTL, SUBREAPER, Operand.of(1));
    if (plan.spec().life().restart().attempts() > 0) {
      run("delete", List.of("--force"));
    }
    if (copies.any()) {
      copies.open();
    }
    run("create", List.of("--bundle", BundlePrograms.PLACE, "--pid-file", BundlePrograms.PID));
    requireSuccess();
    if (groups > 0) {
      joinGroups();
    }
    run("start", List.of());
    requireSuccess();
    program.call(SystemCall.WAITID, ZERO, ZERO, info.address(), LOOK, NULL); // fails if there is nothing
    program.call(SystemCall.PRCTL, SUBREAPER, ZERO); // what these leave behind says nothing of the container
    leaveStreams();
    if (plan.held()) {
      program.attempt(SystemCall.WRITE, Operand.of(Launcher.STATUS), program.longs("{1, 0}", 1, 0).address(), Operand.of(16));
    }
    program.call(SystemCall.CLOSE, Operand.of(Launcher.STATUS)); // the JVM knows by it that all went well
    loop();
  }

  /** What was read ahead of a runtime that fails is nobody's. */
  private void requireSuccess() {
    Label failed = program.label("tool_failed");
    Label succeeded = program.label("tool_succeeded");
    if (copies.any()) {
      program.unlessEqual(info.value(SI_STATUS), ZERO, failed);
      program.jump(succeeded);
      program.place(failed);
      copies.giveBack();
    }
    program.requireEqual(info.value(SI_STATUS), ZERO);
    program.place(succeeded);
  }

  @Override
  public boolean tells() {
    return true;
  }

  /** What the runtime has made is moved there as the runtime writes its pid: it waits, and the runtime itself stays outside. */
  private void joinGroups() {
    Data file = program.variable("file");
    Data text = program.space("pid", PID_SIZE);
    Data size = program.variable("size");
    program.purpose("join the container's control groups");
    program.callInto(file, SystemCall.OPENAT, CURRENT, program.string(BundlePrograms.PID).address(), Operand.of(0x80000, "O_RDONLY|O_CLOEXEC"), ZERO);
    program.callInto(size, SystemCall.READ, file.value(), text.address(), Operand.of(PID_SIZE));
    program.call(SystemCall.CLOSE, file.value());
    for (int i = 0; i < groups; i++) {
      program.call(SystemCall.WRITE, Operand.of(InitProgram.SPARED + i), text.address(), size.value());
    }
  }

  private void leaveStreams() {
    program.purpose("leave the container's streams to it");
    leaveStreams(program);
  }

  /** Has nothing to read or to write. */
  static void leaveStreams(ProgramBuilder program) {
    Data nothing = program.variable("null");
    program.callInto(nothing, SystemCall.OPENAT, CURRENT, program.string("/dev/null").address(), Operand.of(2, "O_RDWR"), ZERO);
    for (int stream = 0; stream < 3; stream++) {
      program.call(SystemCall.DUP3, nothing.value(), Operand.of(stream), ZERO);
    }
    program.call(SystemCall.CLOSE, nothing.value());
  }

  /** The kernel tells of a process that has ended only once: first it is looked whether that is worth to be kept. */
  private void loop() {
    Data signal = program.variable("signal");
    Data kept = program.space("siginfo", 128);
    Label wait = program.label("wait");
    Label reap = program.label("reap");
    Label over = program.label("over");
    Label other = program.label("other_signal");
    Label ended = program.label("ended");
    Label keep = program.label("keep");
    program.purpose("wait for the container's end");
    program.jump(reap); // it may have ended before
    program.place(wait);
    program.callIntoOr(signal, wait, SystemCall.RT_SIGTIMEDWAIT, all.address(), NULL, NULL, ALL_SIGNALS_SIZE);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGCHLD, "SIGCHLD"), other);
    program.place(reap);
    program.callOr(over, SystemCall.WAITID, ZERO, ZERO, info.address(), LOOK, NULL);
    program.unlessEqual(info.value(SI_PID), ZERO, ended);
    program.jump(wait);
    program.place(ended);
    program.unlessEqual(info.value(SI_STATUS), ZERO, keep);
    program.call(SystemCall.WAITID, ONE, info.value(SI_PID), NULL, WEXITED, NULL);
    program.jump(reap);
    program.place(keep);
    program.call(SystemCall.WAITID, ONE, info.value(SI_PID), kept.address(), WEXITED, NULL);
    program.jump(reap);
    program.place(other);
    if (copies.any()) {
      Label notInput = program.label("not_input");
      program.unlessEqual(signal.value(), Operand.of(Kernel.SIGIO, "SIGIO"), notInput);
      copies.transfer();
      program.jump(wait);
      program.place(notInput);
    }
    kill(signal);
    program.jump(reap);
    program.place(over);
    end(kept);
  }

  private void end(Data kept) {
    Label failed = program.label("failed");
    Label killed = program.label("killed");
    run("delete", List.of("--force"));
    if (copies.any()) {
      copies.finish();
    }
    program.unlessEqual(kept.value(SI_STATUS), ZERO, failed);
    if (copies.any()) {
      copies.exitIfLost();
    }
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(failed);
    program.unlessEqual(kept.value(SI_CODE), Operand.of(1, "CLD_EXITED"), killed);
    program.call(SystemCall.EXIT_GROUP, kept.value(SI_STATUS));
    program.place(killed);
    program.call(SystemCall.EXIT_GROUP, Operand.of(128 + Kernel.SIGKILL)); // the kernel lets nothing else end a first process
  }

  /** Each signal has a command of its own, as a program of the machine cannot write numbers. */
  private void kill(Data signal) {
    fork(() -> {
      for (int number = 1; number <= LAST_SIGNAL; number++) {
        Label not = program.label("not_" + number);
        program.unlessEqual(signal.value(), Operand.of(number), not);
        List<String> words = bundle.words("kill", List.of(), BundlePrograms.STATE, id);
        words.add(Integer.toString(number));
        execute(words);
        program.place(not);
      }
      program.call(SystemCall.EXIT_GROUP, ZERO); // meant for nobody inside
    });
  }

  private void run(String command, List<String> more) {
    List<String> words = bundle.words(command, more, BundlePrograms.STATE, id);
    program.purpose(ASK + words.get(0) + " failed to " + command + " it");
    fork(() -> execute(words));
  }

  /** Has a child do something, and waits until it has ended. */
  private void fork(Runnable work) {
    Data child = program.variable("tool");
    Label parent = program.label("wait_for_tool");
    program.callInto(child, SystemCall.CLONE, Kernel.cloneFlags(Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(child.value(), ZERO, parent);
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), none.address(), NULL, ALL_SIGNALS_SIZE);
    work.run();
    program.place(parent);
    if (copies.any()) {
      copies.await(child, info);
    } else {
      program.call(SystemCall.WAITID, ONE, child.value(), info.address(), WEXITED, NULL);
    }
  }

  private void execute(List<String> words) {
    program.call(SystemCall.EXECVE, program.string(BundlePrograms.TOOL).address(), program.strings(words).address(),
        program.strings(List.of()).address());
  }
}
