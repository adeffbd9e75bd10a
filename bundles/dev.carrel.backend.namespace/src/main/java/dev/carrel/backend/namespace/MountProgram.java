package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.mount.Mount;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * Compiles how trees of the host are mounted in a container that runs: they are cloned outside, as mounts that are attached nowhere, and attached
 * inside. Who is not root has the right to clone them in a user namespace alone, so another process does that, and shares its descriptors. A
 * pure function.
 */
final class MountProgram {
  private static final Operand CONTAINER = Operand.of(Launcher.CONTAINER);
  private static final long CLONE_FILES = 0x400;
  private static final long NO_LINKS = 0x04;

  private final ProgramBuilder program = new ProgramBuilder();
  private final Inside inside;
  private final List<Mount.Bind> mounts;
  private final Account caller;
  private final Data hostProc = program.variable("host_proc");

  private MountProgram(Inside inside, List<Mount.Bind> mounts, Account caller) {
    this.inside = inside;
    this.mounts = mounts;
    this.caller = caller;
  }

  static Program of(Inside inside, List<Mount.Bind> mounts, Account caller) {
    return new MountProgram(inside, mounts, caller).program();
  }

  private Program program() {
    program.actor("stage1");
    program.purpose("close the descriptors of the starting process");
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTAINER + 1), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    program.purpose("open /proc");
    program.callInto(hostProc, SystemCall.OPENAT, CURRENT, program.string("/proc").address(), Kernel.PATH_ONLY, ZERO);
    List<Data> trees = caller.root() ? trees() : treesOfUser();
    program.purpose("enter the container");
    program.call(SystemCall.PRCTL, Operand.of(4, "PR_SET_DUMPABLE"), ZERO);
    EnumSet<Namespace> entered = EnumSet.of(Namespace.USER, Namespace.MOUNT);
    entered.retainAll(inside.namespaces());
    program.call(SystemCall.SETNS, CONTAINER, Kernel.cloneFlags(SetupProgram.namespaceFlags(entered)));
    attach(trees);
    done();
    return SetupProgram.end(program, SetupProgram.status(program));
  }

  private List<Data> trees() {
    MountOwners owners = new MountOwners(program, inside.identity(), inside.namespaces(), caller, hostProc);
    SourceTrees sources = new SourceTrees(program, owners);
    List<Data> trees = new ArrayList<>(mounts.size());
    owners.open();
    for (Mount.Bind mount : mounts) {
      trees.add(sources.open(mount));
    }
    owners.close();
    return trees;
  }

  /** It has the same memory and the same descriptors, and this process waits for it. */
  private List<Data> treesOfUser() {
    Data child = program.variable("child");
    Data info = program.space("siginfo", 128);
    Label parent = program.label("cloned");
    Label failed = program.label("not_cloned");
    Label cloned = program.label("cloned");
    program.purpose("create a user namespace");
    program.callInto(child, SystemCall.CLONE, Kernel.cloneFlags(Kernel.CLONE_NEWUSER | Kernel.CLONE_NEWNS | Kernel.CLONE_VM | Kernel.CLONE_VFORK
        | CLONE_FILES | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(child.value(), ZERO, parent);
    OuterNamespaces.writeMaps(program, new IdMapping(0, caller.uid(), 1), new IdMapping(0, caller.gid(), 1), hostProc.value(), "self/");
    List<Data> trees = trees();
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(parent);
    program.call(SystemCall.WAITID, Operand.of(1, "P_PID"), child.value(), info.address(), Operand.of(4, "WEXITED"), NULL);
    program.unlessEqual(info.value(24), ZERO, failed);
    program.jump(cloned);
    program.place(failed);
    program.call(SystemCall.EXIT_GROUP, Operand.of(125)); // the child has said why
    program.place(cloned);
    return trees;
  }

  /** All targets are found before anything is mounted. */
  private void attach(List<Data> trees) {
    Operand nothing = program.string("").address();
    Data how = program.longs("{O_PATH|O_CLOEXEC|O_DIRECTORY, RESOLVE_NO_SYMLINKS}", 0x200000 | 0x80000 | 0x10000, 0, NO_LINKS);
    List<Data> targets = new ArrayList<>(mounts.size());
    for (Mount.Bind mount : mounts) {
      Data target = program.variable("target");
      program.purpose("mount " + mount.source() + " at " + mount.target());
      program.callInto(target, SystemCall.OPENAT2, CURRENT, program.string(mount.target().toString()).address(), how.address(), Operand.of(24));
      targets.add(target);
    }
    for (int i = 0; i < mounts.size(); i++) {
      program.purpose("mount " + mounts.get(i).source() + " at " + mounts.get(i).target());
      program.call(SystemCall.MOVE_MOUNT, trees.get(i).value(), nothing, targets.get(i).value(), nothing, Kernel.FROM_AND_TO_DESCRIPTOR);
    }
  }

  /** As a program that has been executed and has ended well. */
  private void done() {
    Data pid = program.space("pid", 16);
    Label parent = program.label("parent");
    program.purpose("tell that all is mounted");
    program.callInto(pid, SystemCall.CLONE, Kernel.cloneFlags(Kernel.CLONE_PARENT | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(pid.value(), ZERO, parent);
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(parent);
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), pid.address(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, ZERO);
  }
}
