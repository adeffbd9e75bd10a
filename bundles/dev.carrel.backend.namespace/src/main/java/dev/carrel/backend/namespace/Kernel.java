package dev.carrel.backend.namespace;

import dev.carrel.linux.machine.Operand;

/** Numbers of the kernel's interface, with the names readers know them by. Equal on x86-64 and aarch64. */
final class Kernel {
  static final long CLONE_INTO_CGROUP = 0x2_0000_0000L;
  static final long CLONE_VM = 0x100;
  static final long CLONE_PIDFD = 0x1000;
  static final long CLONE_VFORK = 0x4000;
  static final long CLONE_PARENT = 0x8000;
  static final long CLONE_NEWTIME = 0x80;
  static final long CLONE_NEWNS = 0x20000;
  static final long CLONE_NEWCGROUP = 0x02000000;
  static final long CLONE_NEWUTS = 0x04000000;
  static final long CLONE_NEWIPC = 0x08000000;
  static final long CLONE_NEWUSER = 0x10000000;
  static final long CLONE_NEWPID = 0x20000000;
  static final long CLONE_NEWNET = 0x40000000;

  static final long MS_RDONLY = 1;
  static final long MS_NOSUID = 2;
  static final long MS_NODEV = 4;
  static final long MS_NOEXEC = 8;
  static final long MS_REMOUNT = 32;
  static final long MS_BIND = 4096;
  static final long MS_UNBINDABLE = 1 << 17;
  static final long MS_PRIVATE = 1 << 18;
  static final long MS_SLAVE = 1 << 19;
  static final long MS_SHARED = 1 << 20;

  static final long MOUNT_ATTR_RDONLY = 1;
  static final long MOUNT_ATTR_NOSUID = 2;
  static final long MOUNT_ATTR_NODEV = 4;
  static final long MOUNT_ATTR_NOEXEC = 8;
  static final long MOUNT_ATTR_NOATIME = 0x10;
  static final long MOUNT_ATTR_STRICTATIME = 0x20;
  /** MOUNT_ATTR__ATIME: one field, in which nothing set means relatime. */
  static final long MOUNT_ATTR_ATIMES = 0x70;
  static final long MOUNT_ATTR_NODIRATIME = 0x80;
  static final long MOUNT_ATTR_NOSYMFOLLOW = 0x0020_0000;
  static final long MOUNT_ATTR_IDMAP = 0x0010_0000;

  static final int SIGHUP = 1;
  static final int SIGINT = 2;
  static final int SIGKILL = 9;
  static final int SIGTERM = 15;
  static final int SIGCHLD = 17;
  static final int SIGCONT = 18;
  static final int SIGSTOP = 19;
  static final int SIGXFSZ = 25;
  static final int SIGIO = 29;
  static final int S_IFREG = 0100000;

  static final Operand CURRENT = Operand.of(-100, "AT_FDCWD");
  static final Operand REC_PRIVATE = Operand.of(MS_PRIVATE | 16384, "MS_REC|MS_PRIVATE");
  static final Operand REC_SLAVE = Operand.of(MS_SLAVE | 16384, "MS_REC|MS_SLAVE");
  static final Operand CLONE_TREE = Operand.of(1 | 0x80000 | 0x8000, "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE");
  static final Operand CLONE_TREE_OF_DESCRIPTOR = Operand.of(1 | 0x80000 | 0x8000 | 0x1000,
      "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE|AT_EMPTY_PATH");
  static final Operand EMPTY_PATH = Operand.of(0x1000, "AT_EMPTY_PATH");
  static final Operand EMPTY_PATH_RECURSIVE = Operand.of(0x1000 | 0x8000, "AT_EMPTY_PATH|AT_RECURSIVE");
  static final Operand FROM_DESCRIPTOR = Operand.of(4, "MOVE_MOUNT_F_EMPTY_PATH");
  static final Operand FROM_AND_TO_DESCRIPTOR = Operand.of(4 | 0x40, "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH");
  static final Operand DETACH = Operand.of(2, "MNT_DETACH");
  static final Operand PATH_ONLY = Operand.of(0x200000 | 0x80000, "O_PATH|O_CLOEXEC");
  static final Operand WRITE_ONLY = Operand.of(1 | 0x80000, "O_WRONLY|O_CLOEXEC");
  static final Operand CREATE = Operand.of(1 | 0x40 | 0x80 | 0x80000, "O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC");
  static final Operand NULL = Operand.nothing();
  static final Operand ZERO = Operand.of(0);

  private Kernel() {}

  /** Permission bits, in octal. */
  static Operand mode(int bits) {
    return Operand.of(bits, "0" + Integer.toOctalString(bits));
  }

  /** {@code MS_} flags of mount(2). */
  static Operand mountFlags(long flags) {
    return Operand.of(flags, names(flags, "MS_", "0"));
  }

  /** {@code MOUNT_ATTR_} flags of fsmount(2). */
  static Operand mountAttributes(long flags) {
    return Operand.of(flags, names(flags, "MOUNT_ATTR_", "0"));
  }

  /** {@code MOUNT_ATTR_} flags of mount_setattr(2), as the name of a structure. */
  static String attributeNames(long set, long clear, long propagation) {
    StringBuilder text = new StringBuilder(100).append("{set=").append(names(set & ~MOUNT_ATTR_IDMAP, "MOUNT_ATTR_", "0"));
    append(text, set & MOUNT_ATTR_IDMAP, "MOUNT_ATTR_", "IDMAP");
    append(text, set & MOUNT_ATTR_NOSYMFOLLOW, "MOUNT_ATTR_", "NOSYMFOLLOW");
    append(text, set & MOUNT_ATTR_NOATIME, "MOUNT_ATTR_", "NOATIME");
    append(text, set & MOUNT_ATTR_STRICTATIME, "MOUNT_ATTR_", "STRICTATIME");
    append(text, set & MOUNT_ATTR_NODIRATIME, "MOUNT_ATTR_", "NODIRATIME");
    if (clear != 0) {
      text.append(", clr=MOUNT_ATTR__ATIME");
    }
    if (propagation != 0) {
      text.append(", propagation=").append(propagation == MS_PRIVATE ? "MS_PRIVATE" : propagation == MS_SLAVE ? "MS_SLAVE"
          : propagation == MS_SHARED ? "MS_SHARED" : "MS_UNBINDABLE");
    }
    return text.append('}').toString();
  }

  private static String names(long flags, String prefix, String none) {
    StringBuilder text = new StringBuilder(60);
    append(text, flags & MS_RDONLY, prefix, "RDONLY");
    append(text, flags & MS_NOSUID, prefix, "NOSUID");
    append(text, flags & MS_NODEV, prefix, "NODEV");
    append(text, flags & MS_NOEXEC, prefix, "NOEXEC");
    append(text, flags & MS_REMOUNT, prefix, "REMOUNT");
    append(text, flags & MS_BIND, prefix, "BIND");
    return text.length() == 0 ? none : text.toString();
  }

  /** The namespaces of clone(2) and unshare(2), and the flags of clone. */
  static Operand cloneFlags(long flags) {
    return Operand.of(flags, cloneFlagNames(flags));
  }

  /** Their names. */
  static String cloneFlagNames(long flags) {
    StringBuilder text = new StringBuilder(120);
    append(text, flags & CLONE_NEWUSER, "CLONE_", "NEWUSER");
    append(text, flags & CLONE_NEWNS, "CLONE_", "NEWNS");
    append(text, flags & CLONE_NEWPID, "CLONE_", "NEWPID");
    append(text, flags & CLONE_NEWNET, "CLONE_", "NEWNET");
    append(text, flags & CLONE_NEWIPC, "CLONE_", "NEWIPC");
    append(text, flags & CLONE_NEWUTS, "CLONE_", "NEWUTS");
    append(text, flags & CLONE_NEWCGROUP, "CLONE_", "NEWCGROUP");
    append(text, (flags & 0xff) == CLONE_NEWTIME ? 1 : 0, "CLONE_", "NEWTIME");
    append(text, flags & CLONE_PARENT, "CLONE_", "PARENT");
    append(text, flags & CLONE_PIDFD, "CLONE_", "PIDFD");
    append(text, flags & CLONE_INTO_CGROUP, "CLONE_", "INTO_CGROUP");
    append(text, flags & CLONE_VM, "CLONE_", "VM");
    append(text, flags & CLONE_VFORK, "CLONE_", "VFORK");
    append(text, (flags & 0xff) == SIGCHLD ? 1 : 0, "", "SIGCHLD");
    return text.toString();
  }

  private static void append(StringBuilder text, long set, String prefix, String name) {
    if (set != 0) {
      text.append(text.length() == 0 ? "" : "|").append(prefix).append(name);
    }
  }
}
