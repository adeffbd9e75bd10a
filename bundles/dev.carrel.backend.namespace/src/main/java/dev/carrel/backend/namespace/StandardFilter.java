package dev.carrel.backend.namespace;

import dev.carrel.api.container.Capability;
import dev.carrel.api.container.ResourceLimit;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.container.Weakness;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.seccomp.FilterPolicy;
import dev.carrel.linux.seccomp.FilterPolicy.Action;
import dev.carrel.linux.seccomp.FilterPolicy.Comparison;
import dev.carrel.linux.seccomp.FilterPolicy.Condition;
import dev.carrel.linux.seccomp.FilterPolicy.Rule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Carrel's own filter: forbids what no program in a container needs, and through what kernels were attacked or what belongs
 * to the whole host. Most of it the kernel refuses to programs without capabilities anyway; the filter keeps the code
 * behind it out of reach as well.
 */
final class StandardFilter {
  /** The last number of Linux 6.18, on both processors. A later call is not there, as far as programs inside can tell. */
  private static final int LAST_KNOWN_CALL = 469;
  /** The same number on both; since Linux 6.15. */
  private static final int OPEN_TREE_ATTR = 467;

  private static final int AF_NETLINK = 16;
  private static final int AF_PACKET = 17;
  /** UNIX, INET, INET6 and NETLINK are what programs use; every other family is rarely tested kernel code, or leaves the machine. */
  private static final int[] FAMILIES = {0, 1, 2, 10, 16};
  private static final int TIOCSTI = 0x5412;
  private static final int TIOCLINUX = 0x541C;

  private static final String[] KEYS = {"add_key", "keyctl", "request_key"};
  private static final String[] RINGS = {"io_uring_enter", "io_uring_register", "io_uring_setup"};
  private static final String[] TRACING = {"bpf", "perf_event_open", "userfaultfd"};
  private static final String[] MOUNTS = {"fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
      "open_tree", "pivot_root", "umount", "umount2"};
  private static final String[] ADMINISTRATION = {"fanotify_init", "lookup_dcookie", "quotactl", "quotactl_fd", "setns",
      "swapoff", "swapon"};
  private static final String[] MODULES = {"create_module", "delete_module", "finit_module", "get_kernel_syms", "init_module",
      "query_module"};
  private static final String[] RESTART = {"kexec_file_load", "kexec_load", "reboot"};
  private static final String[] CLOCK = {"clock_adjtime", "clock_settime", "settimeofday", "stime"};
  private static final String[] PORTS = {"ioperm", "iopl"};
  /** What a user with one id cannot do, and what installers do to files that then belong to them anyway. */
  private static final String[] OWNERS = {"chown", "fchown", "fchownat", "lchown", "setfsgid", "setfsuid", "setgid", "setgroups", "setregid",
      "setresgid", "setresuid", "setreuid", "setuid"};
  /** What is made by a program that is thrown away if it does not end well is written to the device afterwards, once. */
  private static final String[] WRITING = {"fdatasync", "fsync", "sync", "sync_file_range", "syncfs"};
  private static final int FILE_TYPE = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;
  /** Without a use today. */
  private static final String[] OBSOLETE = {"_sysctl", "nfsservctl", "sysfs", "uselib", "ustat", "vm86", "vm86old"};

  private final Security security;
  private final List<Rule> rules = new ArrayList<>(100);

  private StandardFilter(Security security) {
    this.security = security;
  }

  static FilterPolicy of(Security security) {
    return new StandardFilter(security).policy();
  }

  private FilterPolicy policy() {
    boolean nested = security.has(Weakness.USER_NAMESPACES);
    unlessWeak(Weakness.KEYRING, Errno.EPERM, KEYS);
    unlessWeak(Weakness.IO_URING, Errno.ENOSYS, RINGS);
    if (!has(Capability.SYS_ADMIN)) {
      unlessWeak(Weakness.TRACING, Errno.EPERM, TRACING);
      forbid(Errno.EPERM, ADMINISTRATION);
      if (!nested) {
        forbid(Errno.EPERM, MOUNTS);
      }
    }
    if (!nested) {
      userNamespaces();
    }
    unlessCapable(Capability.SYS_MODULE, MODULES);
    unlessCapable(Capability.SYS_BOOT, RESTART);
    unlessCapable(Capability.SYS_TIME, CLOCK);
    unlessCapable(Capability.SYS_RAWIO, PORTS);
    unlessCapable(Capability.SYS_PACCT, "acct");
    unlessCapable(Capability.SYSLOG, "syslog");
    unlessCapable(Capability.DAC_READ_SEARCH, "open_by_handle_at");
    unlessCapable(Capability.SYS_TTY_CONFIG, "vhangup");
    forbid(Errno.ENOSYS, OBSOLETE);
    forbid("ioctl", Condition.isInt(1, TIOCSTI));
    forbid("ioctl", Condition.isInt(1, TIOCLINUX));
    if (!security.has(Weakness.SOCKET_FAMILIES)) {
      socketFamilies();
    }
    if (Confinement.forbidsCoreDumps(security)) {
      keepCoreLimit();
    }
    if (security.systemCalls() instanceof SystemCallFilter.PretendedRoot) {
      pretend();
    }
    return new FilterPolicy(Action.ALLOW, Action.KILL_PROCESS, rules, security.has(Weakness.FOREIGN_ABI));
  }

  private boolean has(Capability capability) {
    return has(security, capability);
  }

  private static boolean has(Security security, Capability capability) {
    return security.capabilities().contains(capability);
  }

  private void unlessWeak(Weakness weakness, Errno errno, String... calls) {
    if (!security.has(weakness)) {
      forbid(errno, calls);
    }
  }

  private void unlessCapable(Capability capability, String... calls) {
    if (!has(capability)) {
      forbid(Errno.EPERM, calls);
    }
  }

  private void forbid(Errno errno, String... calls) {
    for (String call : calls) {
      rules.add(new Rule(call, Action.errno(errno.number()), List.of()));
    }
  }

  private void forbid(String call, Condition condition) {
    rules.add(new Rule(call, Action.errno(Errno.EPERM.number()), List.of(condition)));
  }

  /** These seem to succeed: they return 0, and the kernel does nothing. */
  private void pretend() {
    Action success = Action.errno(0);
    for (String[] calls : new String[][] {OWNERS, WRITING}) {
      for (String call : calls) {
        rules.add(new Rule(call, success, List.of()));
      }
    }
    for (int type : new int[] {CHARACTER_DEVICE, BLOCK_DEVICE}) {
      rules.add(new Rule("mknod", success, List.of(new Condition(1, Comparison.MASKED_EQ, FILE_TYPE, type))));
      rules.add(new Rule("mknodat", success, List.of(new Condition(2, Comparison.MASKED_EQ, FILE_TYPE, type))));
    }
  }

  /** What clone3 gets lies in memory, where no filter sees it: without it, the C library takes clone. */
  private void userNamespaces() {
    forbid("unshare", Condition.hasFlag(0, Kernel.CLONE_NEWUSER));
    forbid("clone", Condition.hasFlag(0, Kernel.CLONE_NEWUSER));
    forbid(Errno.ENOSYS, "clone3");
  }

  /** With a limit of 0, cores are piped to a program of the host. Programs that set it for their own safety are told that they have. */
  private void keepCoreLimit() {
    Action done = Action.errno(0);
    int core = ResourceLimit.CORE.number();
    rules.add(new Rule("setrlimit", done, List.of(Condition.isInt(0, core))));
    rules.add(new Rule("prlimit64", done, List.of(Condition.isInt(1, core), new Condition(2, Comparison.NE, 0, 0))));
  }

  private void socketFamilies() {
    Action unknown = Action.errno(Errno.EAFNOSUPPORT.number());
    int last = has(Capability.NET_RAW) ? AF_PACKET : AF_NETLINK;
    for (String call : new String[] {"socket", "socketpair"}) {
      for (int family = 1; family < AF_NETLINK; family++) {
        if (java.util.Arrays.binarySearch(FAMILIES, family) < 0) {
          rules.add(new Rule(call, unknown, List.of(Condition.isInt(0, family))));
        }
      }
      // All 64 bits: the kernel looks at 32 of them, and no C library sets others.
      rules.add(new Rule(call, unknown, List.of(new Condition(0, Comparison.GT, last, 0))));
    }
  }

  /**
   * Puts before a filter what libseccomp cannot say: that a call with a number unknown today, x32's included, does not exist, nor one
   * whose name it may not know.
   */
  static byte[] complete(byte[] filter, Security security) {
    boolean mounts = has(security, Capability.SYS_ADMIN) || security.has(Weakness.USER_NAMESPACES);
    ByteBuffer all = ByteBuffer.allocate(filter.length + (mounts ? 24 : 40)).order(ByteOrder.LITTLE_ENDIAN);
    all.putShort((short) 0x20).putShort((short) 0).putInt(0); // load the number
    all.putShort((short) 0x25).put((byte) 0).put((byte) 1).putInt(LAST_KNOWN_CALL); // unless greater, skip one
    notThere(all);
    if (!mounts) {
      all.putShort((short) 0x15).put((byte) 0).put((byte) 1).putInt(OPEN_TREE_ATTR); // unless equal, skip one
      notThere(all);
    }
    return all.put(filter).array();
  }

  private static void notThere(ByteBuffer all) {
    all.putShort((short) 0x06).putShort((short) 0).putInt(Action.errno(Errno.ENOSYS.number()).code()); // return
  }
}
