package dev.carrel.linux.machine;

import java.util.Locale;

/** The system calls that programs are made of, with their numbers on both processors; see syscalls(2). */
public enum SystemCall {
  CAPSET(126, 91),
  CHDIR(80, 49),
  CLOCK_GETTIME(228, 113),
  CLONE(56, 220),
  CLONE3(435, 435),
  CLOSE(3, 57),
  CLOSE_RANGE(436, 436),
  CONNECT(42, 203),
  DUP3(292, 24),
  EXECVE(59, 221),
  EXIT_GROUP(231, 94),
  FACCESSAT(269, 48),
  FACCESSAT2(439, 439),
  FCHDIR(81, 50),
  FCHMODAT(268, 53),
  FCHOWNAT(260, 54),
  FCNTL(72, 25),
  FSCONFIG(431, 431),
  FSMOUNT(432, 432),
  FSOPEN(430, 430),
  FTRUNCATE(77, 46),
  GETPID(39, 172),
  GETPPID(110, 173),
  GET_MEMPOLICY(239, 236),
  IOCTL(16, 29),
  IOPRIO_SET(251, 30),
  KCMP(312, 272),
  KEYCTL(250, 219),
  KILL(62, 129),
  LANDLOCK_ADD_RULE(445, 445),
  LANDLOCK_CREATE_RULESET(444, 444),
  LANDLOCK_RESTRICT_SELF(446, 446),
  LSEEK(8, 62),
  MEMFD_CREATE(319, 279),
  MKDIRAT(258, 34),
  MKNODAT(259, 33),
  MOUNT(165, 40),
  MOUNT_SETATTR(442, 442),
  MOVE_MOUNT(429, 429),
  OPENAT(257, 56),
  OPENAT2(437, 437),
  OPEN_TREE(428, 428),
  PERSONALITY(135, 92),
  PIDFD_OPEN(434, 434),
  PIDFD_SEND_SIGNAL(424, 424),
  PIPE2(293, 59),
  PIVOT_ROOT(155, 41),
  PPOLL(271, 73),
  PRCTL(157, 167),
  PRLIMIT64(302, 261),
  READ(0, 63),
  RECVMSG(47, 212),
  RT_SIGPROCMASK(14, 135),
  RT_SIGTIMEDWAIT(128, 137),
  SCHED_GETAFFINITY(204, 123),
  SCHED_SETAFFINITY(203, 122),
  SCHED_SETSCHEDULER(144, 119),
  SECCOMP(317, 277),
  SENDMSG(46, 211),
  SETDOMAINNAME(171, 162),
  SETFSGID(123, 152),
  SETFSUID(122, 151),
  SETGROUPS(116, 159),
  SETHOSTNAME(170, 161),
  SETNS(308, 268),
  SETPRIORITY(141, 140),
  SETRESGID(119, 149),
  SETRESUID(117, 147),
  SETSID(112, 157),
  SET_MEMPOLICY(238, 237),
  SIGNALFD4(289, 74),
  SOCKET(41, 198),
  SOCKETPAIR(53, 199),
  SPLICE(275, 76),
  STATX(332, 291),
  SYMLINKAT(266, 36),
  UMASK(95, 166),
  UMOUNT2(166, 39),
  UNLINKAT(263, 35),
  UNSHARE(272, 97),
  WAITID(247, 95),
  WRITE(1, 64);

  private final int x86;
  private final int arm;

  SystemCall(int x86, int arm) {
    this.x86 = x86;
    this.arm = arm;
  }

  /** Its number on a processor. */
  public int number(Architecture architecture) {
    return architecture == Architecture.X86_64 ? x86 : arm;
  }

  /** Its name as in its man page. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
