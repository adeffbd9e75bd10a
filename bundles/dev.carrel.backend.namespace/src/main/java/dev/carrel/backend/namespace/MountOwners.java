package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.mount.Access;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.List;
import java.util.Set;

/**
 * Writes how root gives files to the ids of a container, which are not its own: the host's are mapped at the mount (mount_setattr(2),
 * MOUNT_ATTR_IDMAP), and those that are made belong to them from the start. Does nothing where root's ids are the container's.
 */
final class MountOwners {
  /** Descriptors that nothing else has when these are made: their numbers stand in constants. */
  private static final int EXPOSED = 100;
  private static final int SHARED = 101;
  private static final Operand CLOSE_ON_EXEC = Operand.of(0x80000, "O_CLOEXEC");

  private final ProgramBuilder program;
  private final Identity identity;
  private final Data hostProc;
  private final boolean root;
  private final boolean needed;
  private final boolean exchanged;

  MountOwners(ProgramBuilder program, ContainerSpec spec, Account caller, Data hostProc) {
    this(program, spec.identity(), spec.namespaces(), caller, hostProc);
  }

  /** Of a container that runs. */
  MountOwners(ProgramBuilder program, Identity identity, Set<Namespace> namespaces, Account caller, Data hostProc) {
    this.program = program;
    this.identity = identity;
    this.hostProc = hostProc;
    this.root = caller.root();
    this.needed = caller.root() && identity.ranged() && namespaces.contains(Namespace.USER);
    this.exchanged = identity.user().inside() != 0 || identity.group().inside() != 0;
  }

  /** Whether root for the host starts the container. */
  boolean root() {
    return root;
  }

  /** User namespaces whose maps are those of mounts. */
  void open() {
    if (needed) {
      open(identity.users(), identity.groups(), EXPOSED);
      if (exchanged) {
        open(MappedIds.exchanged(identity.users()), MappedIds.exchanged(identity.groups()), SHARED);
      }
    }
  }

  private void open(List<IdMapping> users, List<IdMapping> groups, int number) {
    Data child = program.variable("child");
    Data namespace = program.variable("namespace");
    Label parent = program.label("parent");
    Label lost = program.label("lost");
    Label failed = program.label("not_mapped");
    Label mapped = program.label("mapped");
    MapHandover handover = new MapHandover(program, hostProc);
    program.purpose("make the id map of mounts");
    handover.open();
    program.callInto(child, SystemCall.CLONE, Kernel.cloneFlags(Kernel.CLONE_NEWUSER | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(child.value(), ZERO, parent);
    handover.ask();
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(parent);
    handover.map(users, groups, failed, lost);
    program.callIntoOr(namespace, failed, SystemCall.OPENAT, handover.directory(), program.string("ns/user").address(), CLOSE_ON_EXEC, ZERO);
    program.callOr(failed, SystemCall.DUP3, namespace.value(), Operand.of(number), CLOSE_ON_EXEC);
    program.callOr(failed, SystemCall.CLOSE, namespace.value());
    handover.release(failed);
    program.call(SystemCall.WAITID, Operand.of(1, "P_PID"), child.value(), NULL, Operand.of(4, "WEXITED"), NULL);
    program.jump(mapped);
    SetupProgram.giveUp(program, failed, lost);
    program.place(mapped);
  }

  /**
   * Sets what a detached tree of the host allows.
   *
   * @param attribute what it is, once with and once without the ids mapped
   */
  void set(Data tree, Access access, boolean directory, Attribute attribute) {
    if (!needed) {
      attribute.set(tree, 0, 0);
      return;
    }
    int number = exchanged && access == Access.SHARE ? SHARED : EXPOSED;
    if (access == Access.SHARE && directory) {
      attribute.set(tree, Kernel.MOUNT_ATTR_IDMAP, number);
      return;
    }
    // A device or a file system without maps can at least be used as everybody can use it.
    Label plain = program.label("not_mappable");
    Label set = program.label("set");
    attribute.setOr(plain, tree, Kernel.MOUNT_ATTR_IDMAP, number);
    program.jump(set);
    program.place(plain);
    attribute.set(tree, 0, 0);
    program.place(set);
  }

  /** Writes mount_setattr(2). */
  interface Attribute {
    void set(Data tree, long flags, int namespace);

    void setOr(Label failed, Data tree, long flags, int namespace);
  }

  void close() {
    if (needed) {
      program.call(SystemCall.CLOSE, Operand.of(EXPOSED));
      if (exchanged) {
        program.call(SystemCall.CLOSE, Operand.of(SHARED));
      }
    }
  }

  /** Until {@link #beRoot()}, what is made belongs to the program's user; see setfsuid(2). */
  void beOwner() {
    be(identity.user().outside(), identity.group().outside());
  }

  /** What makes a file system in memory the program's user's, whoever mounts it; see tmpfs(5). */
  String memoryOptions() {
    return needed ? ",uid=" + identity.user().outside() + ",gid=" + identity.group().outside() : "";
  }

  /** Gives something that was made by root, and is open, to the program's user. */
  void give(Operand descriptor) {
    if (needed) {
      program.call(SystemCall.FCHOWNAT, descriptor, program.string("").address(), Operand.of(identity.user().outside()),
          Operand.of(identity.group().outside()), Kernel.EMPTY_PATH);
    }
  }

  void beRoot() {
    be(0, 0);
  }

  private void be(long user, long group) {
    if (needed) {
      program.attempt(SystemCall.SETFSGID, Operand.of(group)); // returns the one before
      program.attempt(SystemCall.SETFSUID, Operand.of(user));
    }
  }
}
