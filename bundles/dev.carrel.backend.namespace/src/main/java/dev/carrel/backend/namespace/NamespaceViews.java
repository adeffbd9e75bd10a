package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.Namespace;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.Optional;
import java.util.Set;

/** Writes the part of a program that mounts what shows a container's own namespaces: proc, sysfs, control groups, message queues. */
final class NamespaceViews {
  private static final long RESOLVE_NO_SYMLINKS = 0x04;

  private final ProgramBuilder program;
  private final MountPlan plan;
  private final RootTree tree;

  NamespaceViews(ProgramBuilder program, MountPlan plan, RootTree tree) {
    this.program = program;
    this.plan = plan;
    this.tree = tree;
  }

  /**
   * The kernel lets a user namespace mount proc and sysfs only where it sees one whole already (mount_namespaces(7)). So
   * a template has some, of a pid and a network namespace that have died: they show nothing, and every container covers
   * them with its own.
   */
  void mountVisible() {
    Data child = program.variable("child");
    Data info = program.space("siginfo", 128);
    Label parent = program.label("mounted");
    program.purpose("prepare /proc and /sys");
    program.callInto(child, SystemCall.CLONE, Kernel.cloneFlags(Kernel.CLONE_NEWPID | Kernel.CLONE_NEWNET
        | Kernel.CLONE_VM | Kernel.CLONE_VFORK | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(child.value(), ZERO, parent);
    for (Mount mount : plan.mounts()) {
      if (!(mount instanceof Mount.ControlGroups)) {
        mountView(mount, Optional.empty());
      }
    }
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(parent);
    program.call(SystemCall.WAITID, Operand.of(1, "P_PID"), child.value(), info.address(), Operand.of(4, "WEXITED"), NULL);
    Label mounted = program.label("mounted");
    Label failed = program.label("not_mounted");
    program.unlessEqual(info.value(24), ZERO, failed);
    program.jump(mounted);
    program.place(failed);
    program.call(SystemCall.EXIT_GROUP, Operand.of(125)); // the child has said why
    program.place(mounted);
  }

  /**
   * Init's part: file systems that show its own namespaces.
   *
   * @param namespaces of which it is
   * @param base where the new root is; empty if it is the root already
   * @param emptyDirectory a directory in /dev that nothing is mounted on yet
   */
  void mount(Set<Namespace> namespaces, boolean protect, String base, String emptyDirectory) {
    tree.openRoot(); // in the copy that is init's: stage 1's descriptor leads to its own mounts
    Optional<KernelFiles> protection = protect ? Optional.of(kernelFiles(base, emptyDirectory)) : Optional.empty();
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Proc && namespaces.contains(Namespace.PID)
          || mount instanceof Mount.Sys && namespaces.contains(Namespace.NETWORK)
          || mount instanceof Mount.ControlGroups && namespaces.contains(Namespace.CGROUP)) {
        mountView(mount, protection);
      }
    }
    for (Mount mount : plan.mounts()) { // only now: until here, the place of the queues is an empty directory
      if (mount instanceof Mount.Dev && namespaces.contains(Namespace.IPC)) {
        program.purpose("mount " + mount.target() + "/mqueue");
        tree.enter(RootTree.relative(mount.target()));
        tree.devices().mountQueues();
        tree.leave();
      }
    }
  }

  /** Takes away what {@link #mount} has mounted for network and ipc namespaces. */
  void unmount(Set<Namespace> namespaces) {
    program.purpose("unmount what the last container has copied");
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Sys && namespaces.contains(Namespace.NETWORK)) {
        program.attempt(SystemCall.UMOUNT2, program.string(mount.target().toString()).address(), Kernel.DETACH);
      } else if (mount instanceof Mount.Dev && namespaces.contains(Namespace.IPC)) {
        program.attempt(SystemCall.UMOUNT2, program.string(mount.target() + "/mqueue").address(), Kernel.DETACH);
      }
    }
  }

  private KernelFiles kernelFiles(String base, String emptyDirectory) {
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Dev && !tree.isForeign(mount.target())) {
        String own = base + mount.target();
        return new KernelFiles(program, own + "/null", Optional.of(own + "/" + emptyDirectory));
      }
    }
    return new KernelFiles(program, "/dev/null", Optional.empty());
  }

  /**
   * Mounts what shows a namespace. In a tree of the host, where a symbolic link could lead astray (CVE-2019-19921), the place
   * has to be a directory.
   */
  private void mountView(Mount mount, Optional<KernelFiles> protection) {
    boolean proc = mount instanceof Mount.Proc;
    boolean groups = mount instanceof Mount.ControlGroups;
    if (!proc && !groups && !(mount instanceof Mount.Sys)) {
      return;
    }
    String type = proc ? "proc" : groups ? "cgroup2" : "sysfs";
    String path = RootTree.relative(mount.target());
    Label leftOut = program.label("left_out");
    program.purpose("mount " + mount.target());
    long flags = Kernel.MS_NOSUID | Kernel.MS_NODEV | Kernel.MS_NOEXEC | (proc || groups ? 0 : Kernel.MS_RDONLY);
    Optional<Data> view = Optional.empty();
    if (tree.isForeign(mount.target())) {
      Data place = tree.resolve(path, RESOLVE_NO_SYMLINKS);
      Data made = newMount(program, type, flags); // the flags of mount(2) and of fsmount(2) are the same numbers here
      Operand nothing = program.string("").address();
      program.call(SystemCall.MOVE_MOUNT, made.value(), nothing, place.value(), nothing, Kernel.FROM_AND_TO_DESCRIPTOR);
      program.call(SystemCall.CLOSE, place.value());
      view = Optional.of(made);
    } else {
      Operand name = program.string(type).address();
      Operand target = program.string(path).address();
      if (proc || groups) {
        program.call(SystemCall.MOUNT, name, target, name, Kernel.mountFlags(flags), NULL);
      } else {
        // The kernel refuses it where the host's /sys is partly covered, as in other containers.
        program.callOr(leftOut, SystemCall.MOUNT, name, target, name, Kernel.mountFlags(flags), NULL);
      }
      if (protection.isPresent() && !groups) {
        Data made = program.variable("view");
        program.callInto(made, SystemCall.OPENAT, CURRENT, target, Kernel.PATH_ONLY, ZERO);
        view = Optional.of(made);
      }
    }
    if (view.isPresent()) {
      program.call(SystemCall.FCHDIR, view.get().value());
      program.call(SystemCall.CLOSE, view.get().value());
      if (protection.isPresent() && proc) {
        protection.get().protectProc();
      } else if (protection.isPresent() && !groups) {
        protection.get().protectSys();
      }
      program.purpose("mount " + mount.target());
      tree.leave();
    }
    program.place(leftOut);
  }

  /** A new file system, attached nowhere yet; see fsopen(2), fsmount(2). */
  static Data newMount(ProgramBuilder program, String type, long attributes) {
    Data context = program.variable("context");
    Data made = program.variable("made");
    program.callInto(context, SystemCall.FSOPEN, program.string(type).address(), Operand.of(1, "FSOPEN_CLOEXEC"));
    program.call(SystemCall.FSCONFIG, context.value(), Operand.of(6, "FSCONFIG_CMD_CREATE"), NULL, NULL, ZERO);
    program.callInto(made, SystemCall.FSMOUNT, context.value(), Operand.of(1, "FSMOUNT_CLOEXEC"), Kernel.mountAttributes(attributes));
    program.call(SystemCall.CLOSE, context.value());
    return made;
  }
}
