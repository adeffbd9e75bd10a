package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;

/** Compiles a launch plan into the program that carries it out. A pure function. */
final class SetupProgram {
  /** Where the new root is built: every host has it, and what it covers is opened before. */
  private static final String BASE = "/tmp";

  private final ProgramBuilder program = new ProgramBuilder();
  private final ContainerSpec spec;
  private final LaunchPlan plan;
  private final Account caller;
  private final Data umask = program.variable("umask");
  private final Data hostProc = program.variable("host_proc");

  /** Who starts the container. */
  record Account(long uid, long gid) {
    boolean root() {
      return uid == 0;
    }
  }

  private SetupProgram(LaunchPlan plan, Account caller) {
    this.plan = plan;
    this.spec = plan.spec();
    this.caller = caller;
  }

  static Program compile(LaunchPlan plan, Account caller) {
    return new SetupProgram(plan, caller).compile();
  }

  private Program compile() {
    Label failure = program.label("failure");
    RootTree tree = new RootTree(program, plan.mounts());
    program.actor("stage1");
    isolateFromCaller();
    outerNamespaces();
    tree.openSources();
    tree.build(BASE);
    cloneInit();
    program.actor("init");
    if (spec.namespaces().contains(Namespace.USER)) {
      program.purpose("map the user into the container's user namespace");
      writeMaps(spec.identity().user(), spec.identity().group(), hostProc.value(), "self/");
    }
    tree.mountOwn(spec.namespaces());
    enterRoot();
    ownSettings();
    new InitProgram(program, spec, umask).write();
    program.actor("any");
    program.purpose("report a failure");
    program.place(failure);
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), new Operand.FailureRecord(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
    return program.build(failure);
  }

  /** Nothing of the caller is inherited but what was asked for. */
  private void isolateFromCaller() {
    program.purpose("close the descriptors of the starting process");
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    program.callInto(umask, SystemCall.UMASK, ZERO);
    if (caller.root()) {
      program.purpose("drop the supplementary groups");
      program.call(SystemCall.SETGROUPS, ZERO, NULL);
    }
  }

  private void outerNamespaces() {
    if (caller.root()) {
      program.purpose("create a mount namespace");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWNS));
    } else {
      program.purpose("create a user namespace");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWUSER | Kernel.CLONE_NEWNS));
      program.purpose("map the user into a user namespace");
      IdMapping user = new IdMapping(caller.uid(), caller.uid(), 1);
      writeMaps(user, new IdMapping(caller.gid(), caller.gid(), 1), CURRENT, "/proc/self/");
    }
    program.purpose("open /proc");
    program.callInto(hostProc, SystemCall.OPENAT, CURRENT, program.string("/proc").address(), Kernel.PATH_ONLY, ZERO);
    program.purpose("keep mounts from the host");
    program.call(SystemCall.MOUNT, NULL, program.string("/").address(), NULL, Kernel.REC_PRIVATE, NULL);
  }

  /** user_namespaces(7): one's own single id may be mapped without privileges once setgroups(2) is denied. */
  private void writeMaps(IdMapping user, IdMapping group, Operand directory, String prefix) {
    writeFile(directory, prefix + "uid_map", line(user));
    writeFile(directory, prefix + "setgroups", "deny");
    writeFile(directory, prefix + "gid_map", line(group));
  }

  private static String line(IdMapping mapping) {
    return mapping.inside() + " " + mapping.outside() + " " + mapping.count();
  }

  private void writeFile(Operand directory, String path, String content) {
    Data file = program.variable("file");
    program.callInto(file, SystemCall.OPENAT, directory, program.string(path).address(), Kernel.WRITE_ONLY, ZERO);
    program.call(SystemCall.WRITE, file.value(), program.string(content).address(), Operand.of(content.length()));
    program.call(SystemCall.CLOSE, file.value());
  }

  /** The clone is init: a child of the JVM, in namespaces of its own; stage 1 tells its pid and ends. */
  private void cloneInit() {
    Data record = program.space("pid", 16);
    Label parent = program.label("parent");
    Label init = program.label("init");
    program.purpose("create the container's namespaces");
    program.callInto(record, SystemCall.CLONE, Kernel.cloneFlags(namespaceFlags() | Kernel.CLONE_PARENT | Kernel.SIGCHLD),
        NULL, NULL, NULL, NULL);
    program.unlessEqual(record.value(), ZERO, parent);
    program.jump(init);
    program.place(parent);
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), record.address(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(init);
  }

  private long namespaceFlags() {
    long flags = 0;
    for (Namespace namespace : spec.namespaces()) {
      flags |= switch (namespace) {
        case USER -> Kernel.CLONE_NEWUSER;
        case MOUNT -> Kernel.CLONE_NEWNS;
        case PID -> Kernel.CLONE_NEWPID;
        case NETWORK -> Kernel.CLONE_NEWNET;
        case IPC -> Kernel.CLONE_NEWIPC;
        case UTS -> Kernel.CLONE_NEWUTS;
        case CGROUP -> Kernel.CLONE_NEWCGROUP;
      };
    }
    return flags;
  }

  /**
   * Makes the new root the root. What was copied from another user namespace is locked in place, and a locked mount
   * cannot become the root; so the tree is cloned once more: its top is free then, everything below stays locked.
   */
  private void enterRoot() {
    Operand here = program.string(".").address();
    Data root = program.variable("root");
    program.purpose("move into the new root");
    program.callInto(root, SystemCall.OPEN_TREE, CURRENT, here, Kernel.CLONE_TREE);
    program.call(SystemCall.MOVE_MOUNT, root.value(), program.string("").address(), CURRENT, here, Kernel.FROM_DESCRIPTOR);
    program.call(SystemCall.FCHDIR, root.value());
    program.call(SystemCall.PIVOT_ROOT, here, here);
    program.call(SystemCall.UMOUNT2, here, Kernel.DETACH);
    program.call(SystemCall.CHDIR, program.string("/").address());
  }

  private void ownSettings() {
    spec.hostname().ifPresent(name -> {
      program.purpose("set the host name to " + name);
      program.call(SystemCall.SETHOSTNAME, program.string(name).address(), Operand.of(name.length()));
    });
    if (spec.namespaces().contains(Namespace.NETWORK)) {
      loopbackUp();
    }
  }

  /** netdevice(7): IFF_UP on lo, through any socket. */
  private void loopbackUp() {
    byte[] request = new byte[40];
    request[0] = 'l';
    request[1] = 'o';
    request[16] = 0x41; // IFF_UP | IFF_RUNNING
    Data socket = program.variable("socket");
    program.purpose("bring up the loopback interface");
    program.callInto(socket, SystemCall.SOCKET, Operand.of(2, "AF_INET"), Operand.of(0x80002, "SOCK_DGRAM|SOCK_CLOEXEC"), ZERO);
    program.call(SystemCall.IOCTL, socket.value(), Operand.of(0x8914, "SIOCSIFFLAGS"),
        program.bytes("{lo, IFF_UP|IFF_RUNNING}", request).address());
    program.call(SystemCall.CLOSE, socket.value());
  }
}
