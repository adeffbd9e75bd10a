package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Inside;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles the start of another program in a running container: a child of the JVM joins all of its namespaces at once through
 * its pidfd, and clones the program's process, which is in the pid namespace then, too. A pure function.
 */
final class EnterProgram {
  private static final Operand CONTAINER = Operand.of(Launcher.CONTAINER);

  private EnterProgram() {}

  static Program of(Inside inside, Optional<GroupEntry> group, ProcessSpec process, Account caller, List<byte[]> filters) {
    ProgramBuilder program = new ProgramBuilder();
    Data umask = program.variable("umask");
    Data status = SetupProgram.status(program);
    Data hostProc = program.variable("host_proc");
    program.actor("stage1");
    if (group.isPresent()) {
      new ControlGroups(program, group.get()).join(ControlGroups.behind(0), Set.of());
    }
    program.purpose("close the descriptors of the starting process");
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTAINER + 1), Operand.of(Launcher.MORE - 1), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.MORE + process.stdio().more().size()), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    program.callInto(umask, SystemCall.UMASK, ZERO);
    if (caller.root() && caller.setsGroups()) {
      program.purpose("drop the supplementary groups");
      program.call(SystemCall.SETGROUPS, ZERO, NULL);
    }
    program.purpose("open /proc");
    program.callInto(hostProc, SystemCall.OPENAT, CURRENT, program.string("/proc").address(), Kernel.PATH_ONLY, ZERO);
    new ProcessShare(program, process.traits(), inside.security(), hostProc).write();
    program.purpose("enter the container");
    // First: as soon as it is inside, others there could look into its memory (CVE-2016-9962).
    program.call(SystemCall.PRCTL, Operand.of(4, "PR_SET_DUMPABLE"), ZERO);
    program.call(SystemCall.SETNS, CONTAINER, Kernel.cloneFlags(SetupProgram.namespaceFlags(inside.namespaces())));
    Data pid = program.space("pid", 16);
    Label parent = program.label("parent");
    Label child = program.label("child");
    program.purpose("start a process in the container");
    program.callInto(pid, SystemCall.CLONE, Kernel.cloneFlags(Kernel.CLONE_PARENT | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(pid.value(), ZERO, parent);
    program.jump(child);
    program.place(parent);
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), pid.address(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(child);
    program.actor("program");
    Confinement confinement = new Confinement(program, inside, hostProc.value(), filters);
    ProgramStart start = new ProgramStart(program, process, umask, status, confinement);
    confinement.ofInit();
    if (inside.identity().ranged()) {
      SetupProgram.becomeUser(program, inside.identity());
    }
    start.openTerminal(false);
    start.write();
    return SetupProgram.end(program, status);
  }
}
