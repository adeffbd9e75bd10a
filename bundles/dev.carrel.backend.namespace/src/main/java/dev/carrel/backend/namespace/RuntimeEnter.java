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

  private RuntimeEnter() {}

  static Program of(String id, Bundle bundle, Optional<GroupEntry> group, String object) {
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
    program.call(SystemCall.SETNS, Operand.of(Launcher.CONTAINER), Kernel.cloneFlags(Kernel.CLONE_NEWNS | Kernel.CLONE_NEWPID));
    program.purpose("start a process in the container");
    program.callInto(pid, SystemCall.CLONE, Kernel.cloneFlags(Kernel.CLONE_PARENT | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(pid.value(), ZERO, parent);
    program.actor("runtime");
    program.purpose(ToolPrograms.EXECUTE + bundle.runtime());
    program.call(SystemCall.SETSID);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL), Operand.of(Launcher.CONTAINER), ZERO);
    Operand told = Operand.of(Launcher.STATUS); // the JVM knows by its end that the runtime was executed
    program.call(SystemCall.CLOSE_RANGE, told, told, Operand.of(4, "CLOSE_RANGE_CLOEXEC"));
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), program.longs("[]", 0).address(), NULL, Operand.of(8));
    List<String> words = bundle.words("exec", List.of("--process", "/proc/self/fd/" + OBJECT), BundlePrograms.STATE, id);
    program.call(SystemCall.EXECVE, program.string(BundlePrograms.TOOL).address(), program.strings(words).address(),
        program.strings(List.of()).address());
    program.actor("stage1");
    program.place(parent);
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), pid.address(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, ZERO);
    return SetupProgram.end(program, status);
  }
}
