package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.backend.namespace.ToolBackend.Bundle;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Compiles the start of a runtime's command exec where the runtime's state is: in the namespaces of the process around a container. A pure function. */
final class RuntimeEnter {
  /** The descriptor by which the runtime reads what it is to start. */
  private static final int OBJECT = Launcher.FILES + 1;
  private static final Operand EVERYTHING = Operand.of(0xFFFF_FFFFL, "~0");
  private static final Operand SET_MASK = Operand.of(2, "SIG_SETMASK");
  private static final Operand ALL_SIGNALS_SIZE = Operand.of(8);
  private static final int SI_CODE = 8;
  private static final int SI_PID = 16;
  private static final int SI_STATUS = 24;

  private RuntimeEnter() {}

  /** @param files those of the program's streams that the runtime is not given, but pipes */
  static Program of(String id, Bundle bundle, Optional<GroupEntry> group, String object, FileStreams files) {
    ProgramBuilder program = new ProgramBuilder();
    Data status = SetupProgram.status(program);
    Data pid = program.space("pid", 16);
    Label parent = program.label("parent");
    byte[] content = object.getBytes(StandardCharsets.UTF_8);
    program.actor("stage1");
    if (group.isPresent()) {
      new ControlGroups(program, group.get()).join(ControlGroups.behind(0), Set.of());
    }
    program.purpose("close the descriptors of the starting process");
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTAINER + 1), EVERYTHING, ZERO);
    SealedFile.ofData(program, content, "<" + content.length + " bytes>", OBJECT);
    program.purpose("enter the container");
    // The runtime itself joins what it has made; the network namespace of a container that is attached to a network, it has only been started in.
    program.call(SystemCall.SETNS, Operand.of(Launcher.CONTAINER), Kernel.cloneFlags(Kernel.CLONE_NEWNS | Kernel.CLONE_NEWPID | Kernel.CLONE_NEWNET));
    program.purpose("start a process in the container");
    program.callInto(pid, SystemCall.CLONE, Kernel.cloneFlags(Kernel.CLONE_PARENT | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(pid.value(), ZERO, parent);
    program.actor("runtime");
    program.purpose(ToolPrograms.EXECUTE + bundle.runtime());
    program.call(SystemCall.SETSID);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL), Operand.of(Launcher.CONTAINER), ZERO);
    Operand told = Operand.of(Launcher.STATUS); // the JVM knows by its end that the runtime was executed
    program.call(SystemCall.CLOSE_RANGE, told, told, Operand.of(4, "CLOSE_RANGE_CLOEXEC"));
    List<String> words = bundle.words("exec", List.of("--process", "/proc/self/fd/" + OBJECT), BundlePrograms.STATE, id);
    if (files.any()) {
      beside(program, words, new StreamCopies(program, files, InitProgram.SPARED));
    } else {
      execute(program, words);
    }
    program.actor("stage1");
    program.place(parent);
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), pid.address(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, ZERO);
    return SetupProgram.end(program, status);
  }

  private static void execute(ProgramBuilder program, List<String> words) {
    program.call(SystemCall.RT_SIGPROCMASK, SET_MASK, program.longs("[]", 0).address(), NULL, ALL_SIGNALS_SIZE);
    program.call(SystemCall.EXECVE, program.string(BundlePrograms.TOOL).address(), program.strings(words).address(),
        program.strings(List.of()).address());
  }

  /** In a child, to which signals are handed on and which ends with this process; that ends as the child does. */
  private static void beside(ProgramBuilder program, List<String> words, StreamCopies copies) {
    Data all = program.longs("~[]", -1L);
    Data child = program.variable("tool");
    Data info = program.space("siginfo", 128);
    Data signal = program.variable("signal");
    Label parent = program.label("beside_tool");
    Label wait = program.label("wait");
    Label other = program.label("other_signal");
    Label notInput = program.label("not_input");
    Label ended = program.label("ended");
    program.call(SystemCall.RT_SIGPROCMASK, SET_MASK, all.address(), NULL, ALL_SIGNALS_SIZE);
    copies.open();
    program.callInto(child, SystemCall.CLONE, Kernel.cloneFlags(Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(child.value(), ZERO, parent);
    program.call(SystemCall.PRCTL, Operand.of(1, "PR_SET_PDEATHSIG"), Operand.of(Kernel.SIGKILL, "SIGKILL"));
    execute(program, words);
    program.place(parent);
    RuntimeStart.leaveStreams(program);
    program.call(SystemCall.CLOSE, Operand.of(Launcher.STATUS));
    program.place(wait);
    program.callIntoOr(signal, wait, SystemCall.RT_SIGTIMEDWAIT, all.address(), NULL, NULL, ALL_SIGNALS_SIZE);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGCHLD, "SIGCHLD"), other);
    program.call(SystemCall.WAITID, Operand.of(1, "P_PID"), child.value(), info.address(), Operand.of(4 | 1, "WEXITED|WNOHANG"), NULL);
    program.unlessEqual(info.value(SI_PID), ZERO, ended);
    program.jump(wait);
    program.place(other);
    program.unlessEqual(signal.value(), Operand.of(Kernel.SIGIO, "SIGIO"), notInput);
    copies.transfer();
    program.jump(wait);
    program.place(notInput);
    program.attempt(SystemCall.KILL, child.value(), signal.value());
    program.jump(wait);
    program.place(ended);
    copies.finish();
    copies.leave();
    end(program, info, copies);
  }

  private static void end(ProgramBuilder program, Data info, StreamCopies copies) {
    Label failed = program.label("failed");
    Label killed = program.label("killed");
    Data self = program.variable("self");
    program.unlessEqual(info.value(SI_STATUS), ZERO, failed);
    copies.exitIfLost();
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(failed);
    program.unlessEqual(info.value(SI_CODE), Operand.of(1, "CLD_EXITED"), killed);
    program.call(SystemCall.EXIT_GROUP, info.value(SI_STATUS));
    program.place(killed);
    program.callInto(self, SystemCall.GETPID);
    program.attempt(SystemCall.RT_SIGPROCMASK, SET_MASK, program.longs("[]", 0).address(), NULL, ALL_SIGNALS_SIZE);
    program.attempt(SystemCall.KILL, self.value(), info.value(SI_STATUS));
    program.call(SystemCall.EXIT_GROUP, Operand.of(128 + Kernel.SIGKILL)); // if the signal kills nobody by itself
  }
}
