package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.Propagation;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.file.Path;

/**
 * Writes what init does to the container's mounts once all of them are there and / is the root: covers paths, makes some read-only, says
 * what becomes of later mounts. What a path leads to is mounted upon by descriptor, and no symbolic link leads there, as somebody who can
 * write around it could exchange one (CVE-2019-19921).
 */
final class FinishedTree {
  private static final long RESOLVE_NO_SYMLINKS = 0x04;
  private static final long EMPTY = Kernel.MOUNT_ATTR_RDONLY | Kernel.MOUNT_ATTR_NOSUID | Kernel.MOUNT_ATTR_NODEV | Kernel.MOUNT_ATTR_NOEXEC;

  private final ProgramBuilder program;
  private final MountPlan plan;
  private final RootTree tree;

  FinishedTree(ProgramBuilder program, MountPlan plan, RootTree tree) {
    this.program = program;
    this.plan = plan;
    this.tree = tree;
  }

  /** Covers what is not to be seen, and makes read-only what is not to be written. */
  void protect() {
    if (plan.protection().isEmpty()) {
      return;
    }
    tree.openRoot();
    for (Path path : plan.protection().readOnly()) {
      program.purpose("make " + path + " read-only");
      makeReadOnly(tree.resolve(RootTree.relative(path), RESOLVE_NO_SYMLINKS));
    }
    if (plan.protection().masked().isEmpty()) {
      return;
    }
    Data nullDevice = program.variable("null");
    program.purpose("open /dev/null"); // now: /dev may be covered as well
    program.callInto(nullDevice, SystemCall.OPENAT, CURRENT, program.string("/dev/null").address(), Kernel.PATH_ONLY, ZERO);
    for (Path path : plan.protection().masked()) {
      program.purpose("cover " + path);
      cover(tree.resolve(RootTree.relative(path), RESOLVE_NO_SYMLINKS), nullDevice);
    }
    program.call(SystemCall.CLOSE, nullDevice.value());
  }

  private void makeReadOnly(Data place) {
    Data copy = tree.trees().copy(place);
    tree.trees().makeAllReadOnly(copy);
    attach(copy, place);
  }

  /** A directory by an empty one that nobody can write in, anything else by a null device. */
  private void cover(Data place, Data nullDevice) {
    Label other = program.label("no_directory");
    Label covered = program.label("covered");
    Data empty = NamespaceViews.newMount(program, "tmpfs", EMPTY);
    Operand nothing = program.string("").address();
    program.callOr(other, SystemCall.MOVE_MOUNT, empty.value(), nothing, place.value(), nothing, Kernel.FROM_AND_TO_DESCRIPTOR);
    program.call(SystemCall.CLOSE, place.value());
    program.jump(covered);
    program.place(other);
    attach(tree.trees().copy(nullDevice), place);
    program.place(covered);
    program.call(SystemCall.CLOSE, empty.value());
  }

  private void attach(Data mount, Data place) {
    Operand nothing = program.string("").address();
    program.call(SystemCall.MOVE_MOUNT, mount.value(), nothing, place.value(), nothing, Kernel.FROM_AND_TO_DESCRIPTOR);
    program.call(SystemCall.CLOSE, mount.value());
    program.call(SystemCall.CLOSE, place.value());
  }

  /** In the mount namespace in which the container's programs are: another user namespace would take part in nothing. */
  void propagate() {
    boolean opened = false;
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Bind bind && isMadeInside(bind.options().propagation())) {
        if (!opened) {
          tree.openRoot();
          opened = true;
        }
        program.purpose("make the mount at " + bind.target() + " " + bind.options().propagation().label());
        Data place = tree.resolve(RootTree.relative(bind.target()), 0);
        tree.trees().propagate(place, bind.options().propagation());
        program.call(SystemCall.CLOSE, place.value());
      }
    }
  }

  private static boolean isMadeInside(Propagation propagation) {
    return propagation == Propagation.SHARED || propagation == Propagation.UNBINDABLE;
  }
}
