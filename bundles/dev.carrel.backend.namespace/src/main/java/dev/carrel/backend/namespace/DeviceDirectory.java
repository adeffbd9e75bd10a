package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;

/** Fills a container's /dev, which is the current directory: the devices, terminals, shared memory, links. */
final class DeviceDirectory {
  private static final String[] NODES = {"null", "zero", "full", "random", "urandom", "tty"};
  private static final String[][] LINKS = {
    {"/proc/self/fd", "fd"},
    {"/proc/self/fd/0", "stdin"},
    {"/proc/self/fd/1", "stdout"},
    {"/proc/self/fd/2", "stderr"},
    {"pts/ptmx", "ptmx"},
  };

  /** As many as could have a page each. */
  private static final long SHARED_OBJECTS = 16 << 10;

  private final ProgramBuilder program;
  private final RootTree tree;
  private final Data[] nodes = new Data[NODES.length];

  DeviceDirectory(ProgramBuilder program, RootTree tree) {
    this.program = program;
    this.tree = tree;
  }

  void openSources() {
    for (int i = 0; i < NODES.length; i++) {
      program.purpose("share the device /dev/" + NODES[i]);
      nodes[i] = tree.trees().open(CURRENT, "/dev/" + NODES[i], Kernel.MOUNT_ATTR_NOSUID | Kernel.MOUNT_ATTR_NOEXEC);
    }
  }

  void populate(boolean console) {
    Operand nothing = program.string("").address();
    for (int i = 0; i < NODES.length; i++) {
      program.purpose("mount /dev/" + NODES[i]);
      Operand name = file(NODES[i]);
      program.call(SystemCall.MOVE_MOUNT, nodes[i].value(), nothing, CURRENT, name, Kernel.FROM_DESCRIPTOR);
      program.call(SystemCall.CLOSE, nodes[i].value());
    }
    for (String[] link : LINKS) {
      program.purpose("make the symbolic link /dev/" + link[1]);
      program.call(SystemCall.SYMLINKAT, program.string(link[0]).address(), CURRENT, program.string(link[1]).address());
    }
    program.purpose("make the mount points in /dev");
    directory("pts", 0755);
    directory("shm", 0755);
    directory("mqueue", 0755);
    if (console) {
      file("console");
    }
  }

  /** What each container has for itself: terminals and shared memory. */
  void mountFresh() {
    program.purpose("mount /dev/pts");
    // No gid=5: the group tty is not mapped for users without sub-ids.
    tree.mountNew("devpts", program.string("pts").address(), Kernel.MS_NOSUID | Kernel.MS_NOEXEC,
        "newinstance,ptmxmode=0666,mode=0620");
    program.purpose("mount /dev/shm");
    tree.tmpfs(program.string("shm").address(), MemoryTree.options(01777, "64m", SHARED_OBJECTS), 0);
  }

  /** Nobody can add anything. */
  void close() {
    program.purpose("make /dev read-only");
    tree.trees().makeReadOnly(CURRENT, ".", Kernel.MOUNT_ATTR_NOSUID | Kernel.MOUNT_ATTR_NOEXEC);
  }

  /** POSIX message queues of the container's own ipc namespace; see mq_overview(7). */
  void mountQueues() {
    tree.mountNew("mqueue", program.string("mqueue").address(), Kernel.MS_NOSUID | Kernel.MS_NODEV | Kernel.MS_NOEXEC, "");
  }

  private Operand file(String name) {
    Operand path = program.string(name).address();
    program.call(SystemCall.MKNODAT, CURRENT, path, Kernel.mode(Kernel.S_IFREG | 0444), ZERO);
    return path;
  }

  private Operand directory(String name, int mode) {
    Operand path = program.string(name).address();
    program.call(SystemCall.MKDIRAT, CURRENT, path, Kernel.mode(mode));
    return path;
  }
}
