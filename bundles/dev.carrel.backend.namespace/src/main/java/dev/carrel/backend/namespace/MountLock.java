package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes how mounts are locked. What init itself has mounted, over /proc for example, is locked only in a mount namespace that belongs to yet another
 * user namespace. Without CAP_SYS_ADMIN nobody could touch it anyway.
 */
final class MountLock {
  private final ProgramBuilder program;
  private final ContainerSpec spec;
  private final MappedIds ids;
  private final OuterNamespaces outer;
  private final Data hostProc;

  MountLock(ProgramBuilder program, ContainerSpec spec, MappedIds ids, OuterNamespaces outer, Data hostProc) {
    this.program = program;
    this.spec = spec;
    this.ids = ids;
    this.outer = outer;
    this.hostProc = hostProc;
  }

  void write() {
    if (spec.identity().ranged()) {
      lockMountsOfMany();
      return;
    }
    program.purpose("lock the mounts");
    program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWUSER | Kernel.CLONE_NEWNS));
    long user = spec.identity().user().inside();
    long group = spec.identity().group().inside();
    outer.writeMaps(new IdMapping(user, user, 1), new IdMapping(group, group, 1), hostProc.value(), "self/");
  }

  /** A child stays behind to map every id to itself, for which init has no right from inside. */
  private void lockMountsOfMany() {
    Data child = program.variable("child");
    Label parent = program.label("parent");
    Label failed = program.label("not_mapped");
    Label gone = program.label("gone");
    MapHandover again = new MapHandover(program, hostProc);
    program.purpose("lock the mounts");
    again.open();
    program.callInto(child, SystemCall.CLONE, Kernel.cloneFlags(Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(child.value(), ZERO, parent);
    again.serve(toThemselves(ids.users()), toThemselves(ids.groups()), failed, gone);
    program.call(SystemCall.EXIT_GROUP, ZERO);
    SetupProgram.giveUp(program, failed, gone);
    program.place(parent);
    program.purpose("lock the mounts");
    program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWUSER | Kernel.CLONE_NEWNS));
    again.ask();
    program.call(SystemCall.WAITID, Operand.of(1, "P_PID"), child.value(), NULL, Operand.of(4, "WEXITED"), NULL);
  }

  private static List<IdMapping> toThemselves(List<IdMapping> mappings) {
    List<IdMapping> same = new ArrayList<>(mappings.size());
    mappings.forEach(mapping -> same.add(new IdMapping(mapping.inside(), mapping.inside(), mapping.count())));
    return same;
  }
}
