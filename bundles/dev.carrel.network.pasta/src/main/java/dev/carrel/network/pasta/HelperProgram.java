package dev.carrel.network.pasta;

import dev.carrel.api.container.Capability;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Compiles the start of a helper into a program. Its process, the guard, waits for the container's first process by a pidfd, kills the
 * helper when that has ended, and removes what is recorded of it; should it be killed itself, the kernel kills the helper. Until it is
 * told that it may outlive the JVM, it ends with that, too.
 *
 * <p>The helper stays in the host's network namespace and joins a user namespace in which it has all rights over the container's, and
 * outside none. It finds the container's network namespace as its standard input, and gets no other descriptor but where it says
 * that it is ready, and standard error.
 */
final class HelperProgram {
  private static final Operand ZERO = Operand.of(0);
  private static final Operand NULL = Operand.nothing();
  private static final Operand CURRENT = Operand.of(-100, "AT_FDCWD");
  private static final Operand EVERYTHING = Operand.of(0xFFFF_FFFFL, "~0");
  private static final Operand CLOSE_ON_EXEC = Operand.of(0x80000, "O_CLOEXEC");
  private static final Operand NEW_USER = Operand.of(0x10000000, "CLONE_NEWUSER");
  private static final int VFORK = 0x100 | 0x4000 | 17;
  private static final String VFORK_NAME = "CLONE_VM|CLONE_VFORK|SIGCHLD";
  private static final Operand KILL = Operand.of(9, "SIGKILL");
  private static final long POLLIN = 1;
  private static final int SIGPIPE = 13;
  /** Where the guard has the pidfds of the container and of the helper: above all numbers that were given out before. */
  private static final int CONTAINER = 20;
  private static final int HELPER = 21;
  /** What a helper needs to configure the namespace and to shut itself in. */
  private static final List<Capability> KEPT = List.of(Capability.SETGID, Capability.SETUID, Capability.SETPCAP, Capability.NET_BIND_SERVICE,
      Capability.NET_ADMIN, Capability.SYS_PTRACE, Capability.SYS_ADMIN);

  private final ProgramBuilder program = new ProgramBuilder();
  private final long guest;
  private final HelperCommand command;
  private final List<Path> records;
  private final Optional<InsideRoot> become;
  private final Data container = program.variable("container");
  private final Data network = program.variable("network");
  private final Data user = program.variable("user");
  private final Data self = program.variable("self");
  private final Data helper = program.variable("helper");

  private HelperProgram(long guest, HelperCommand command, List<Path> records, Optional<InsideRoot> become) {
    this.guest = guest;
    this.command = command;
    this.records = records;
    this.become = become;
  }

  /**
   * The program.
   *
   * @param guest the pid of the container's first process
   * @param records files that the guard removes in the end
   * @param become who the helper is there, if it is started by root; a user without privileges stays itself
   */
  static Program of(long guest, HelperCommand command, List<Path> records, Optional<InsideRoot> become) {
    return new HelperProgram(guest, command, records, become).build();
  }

  private Program build() {
    Label failure = program.label("failure");
    open();
    cloneGuard();
    openPorts();
    startHelper();
    watch();
    program.purpose("report a failure");
    program.place(failure);
    program.attempt(SystemCall.WRITE, Operand.of(Launcher.STATUS), new Operand.FailureRecord(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
    return program.build(failure);
  }

  private void open() {
    program.actor("stage1");
    program.purpose("close the descriptors of the starting process");
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), EVERYTHING, ZERO);
    program.purpose("watch the container");
    program.callInto(container, SystemCall.PIDFD_OPEN, Operand.of(guest), ZERO);
    program.purpose("open the container's network namespace");
    program.callInto(network, SystemCall.OPENAT, CURRENT, program.string("/proc/" + guest + "/ns/net").address(), CLOSE_ON_EXEC, ZERO);
    program.callInto(user, SystemCall.IOCTL, network.value(), Operand.of(0xb701, "NS_GET_USERNS"));
  }

  private void cloneGuard() {
    Data record = program.space("pid", 16);
    Label parent = program.label("parent");
    Label guard = program.label("guard");
    program.purpose("start the guard of a network helper");
    program.callInto(record, SystemCall.CLONE, Operand.of(0x8000 | 17, "CLONE_PARENT|SIGCHLD"), NULL, NULL, NULL, NULL);
    program.unlessEqual(record.value(), ZERO, parent);
    program.jump(guard);
    program.place(parent);
    program.attempt(SystemCall.WRITE, Operand.of(Launcher.STATUS), record.address(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(guard);
    program.actor("guard");
    program.call(SystemCall.SETSID);
    program.call(SystemCall.PRCTL, Operand.of(15, "PR_SET_NAME"), program.string("carrel-network").address());
    program.callInto(self, SystemCall.GETPID);
  }

  /**
   * Lets the container's programs listen at ports below 1024, which are nobody else's there. What is in /proc/sys/net depends on who opens
   * it, so a process goes there for that. A value that somebody has chosen stays.
   */
  private void openPorts() {
    Data child = program.variable("child");
    Data setting = program.variable("setting");
    Data value = program.variable("value");
    Label over = program.label("ports_over");
    Label go = program.label("ports_go");
    program.purpose("let the container's programs listen at all ports");
    program.callInto(child, SystemCall.CLONE, Operand.of(VFORK, VFORK_NAME), NULL, NULL, NULL, NULL);
    program.unlessEqual(child.value(), ZERO, over);
    join();
    program.callOr(go, SystemCall.SETNS, network.value(), Operand.of(0x40000000, "CLONE_NEWNET"));
    program.callIntoOr(setting, go, SystemCall.OPENAT, CURRENT, program.string("/proc/sys/net/ipv4/ip_unprivileged_port_start").address(),
        Operand.of(2 | 0x80000, "O_RDWR|O_CLOEXEC"), ZERO);
    program.callOr(go, SystemCall.READ, setting.value(), value.address(), Operand.of(8));
    program.unlessEqual(value.value(), Operand.of('1' | '0' << 8 | '2' << 16 | '4' << 24, "\"1024\""), go);
    program.attempt(SystemCall.LSEEK, setting.value(), ZERO, ZERO);
    program.attempt(SystemCall.WRITE, setting.value(), program.string("0").address(), Operand.of(1));
    program.place(go); // if it could not be done, programs that need it will say so
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(over);
    program.attempt(SystemCall.WAITID, ZERO, ZERO, program.space("siginfo", 128).address(), Operand.of(4, "WEXITED"), NULL);
  }

  private void startHelper() {
    Data child = program.variable("child");
    Label parent = program.label("started");
    program.purpose("start " + command.name());
    program.callInto(child, SystemCall.CLONE, Operand.of(VFORK | 0x1000, "CLONE_PIDFD|" + VFORK_NAME), NULL, helper.address(),
        NULL, NULL);
    program.unlessEqual(child.value(), ZERO, parent);
    program.actor("helper");
    program.call(SystemCall.PRCTL, Operand.of(38, "PR_SET_NO_NEW_PRIVS"), Operand.of(1), ZERO, ZERO, ZERO);
    join();
    if (become.isPresent()) {
      Operand uid = Operand.of(become.get().user().inside());
      Operand gid = Operand.of(become.get().group().inside());
      program.call(SystemCall.SETRESGID, gid, gid, gid);
      program.attempt(SystemCall.SETGROUPS, ZERO, NULL); // forbidden where the container has one group
      program.call(SystemCall.SETRESUID, uid, uid, uid);
    }
    capabilities();
    descriptors();
    program.purpose("start " + command.name());
    // Whoever reads its standard error stops as soon as it is ready; that must not be its end.
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), program.longs("[PIPE]", 1L << SIGPIPE - 1).address(), NULL, Operand.of(8));
    program.call(SystemCall.UMASK, Operand.of(0077, "077"));
    program.call(SystemCall.CHDIR, program.string("/").address());
    program.call(SystemCall.PRCTL, Operand.of(1, "PR_SET_PDEATHSIG"), KILL);
    Data starter = program.variable("starter");
    program.callInto(starter, SystemCall.GETPPID);
    program.requireEqual(starter.value(), self.value()); // it may have been killed just before
    program.call(SystemCall.EXECVE, program.string(command.program().toString()).address(), program.strings(command.arguments()).address(),
        program.strings(List.of()).address());
    program.actor("guard");
    program.place(parent);
  }

  /**
   * The user namespace around the one that owns the network, if a user without privileges has made it: there it is root, and no program
   * of the container is; else the owner. One's own cannot be joined, so that for root it is the owner always.
   */
  private void join() {
    Data around = program.variable("around");
    Label owner = program.label("owner");
    Label joined = program.label("joined");
    program.purpose("join the user namespace of the container's network");
    program.callIntoOr(around, owner, SystemCall.IOCTL, user.value(), Operand.of(0xb702, "NS_GET_PARENT"));
    program.callOr(owner, SystemCall.SETNS, around.value(), NEW_USER);
    program.jump(joined);
    program.place(owner);
    program.call(SystemCall.SETNS, user.value(), NEW_USER);
    program.place(joined);
  }

  /** For who is not root in that user namespace, execve(2) keeps but the ambient ones. */
  private void capabilities() {
    long kept = 0;
    StringBuilder names = new StringBuilder("{");
    for (Capability capability : KEPT) {
      kept |= 1L << capability.number();
      names.append(names.length() == 1 ? "" : "|").append(capability.label());
    }
    program.call(SystemCall.CAPSET, program.longs("{_LINUX_CAPABILITY_VERSION_3, 0}", 0x20080522).address(),
        program.longs(names.append('}').toString(), kept | kept << 32, kept, 0).address());
    for (Capability capability : KEPT) {
      program.call(SystemCall.PRCTL, Operand.of(47, "PR_CAP_AMBIENT"), Operand.of(2, "PR_CAP_AMBIENT_RAISE"),
          Operand.of(capability.number(), capability.label()), ZERO, ZERO);
    }
  }

  private void descriptors() {
    Operand closeOnExec = Operand.of(4, "CLOSE_RANGE_CLOEXEC");
    program.purpose("give " + command.name() + " the network namespace");
    program.call(SystemCall.DUP3, network.value(), ZERO, ZERO);
    if (command.saysMore()) {
      program.call(SystemCall.DUP3, Operand.of(1), Operand.of(HelperCommand.READY), ZERO);
      program.call(SystemCall.DUP3, Operand.of(2), Operand.of(1), ZERO);
      program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.STATUS), Operand.of(HelperCommand.READY - 1), closeOnExec);
      program.call(SystemCall.CLOSE_RANGE, Operand.of(HelperCommand.READY + 1), EVERYTHING, closeOnExec);
    } else {
      program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.STATUS), EVERYTHING, closeOnExec);
    }
  }

  private void watch() {
    Label waitWithJvm = program.label("wait_with_jvm");
    Label told = program.label("told");
    Label released = program.label("released");
    Label wait = program.label("wait");
    Label over = program.label("over");
    Data byteRead = program.variable("byte");
    Data read = program.variable("read");
    Data polled = program.longs("[container, helper, control]", poll(CONTAINER), poll(HELPER), poll(Launcher.CONTROL), 0);
    program.purpose("guard a network helper");
    program.call(SystemCall.DUP3, container.value(), Operand.of(CONTAINER), CLOSE_ON_EXEC);
    program.call(SystemCall.DUP3, helper.value(), Operand.of(HELPER), CLOSE_ON_EXEC);
    program.call(SystemCall.CLOSE_RANGE, ZERO, Operand.of(Launcher.STATUS), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(CONTAINER - 1), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(HELPER + 1), EVERYTHING, ZERO);
    program.place(waitWithJvm);
    program.callOr(waitWithJvm, SystemCall.PPOLL, polled.address(), Operand.of(3), NULL, NULL, Operand.of(8));
    program.unlessEqual(polled.value(20), Operand.of(POLLIN, "{POLLIN, 0}"), told);
    program.jump(over);
    program.place(told);
    program.callIntoOr(read, over, SystemCall.READ, Operand.of(Launcher.CONTROL), byteRead.address(), Operand.of(1));
    program.unlessEqual(read.value(), ZERO, released);
    program.jump(over);
    program.place(released);
    program.attempt(SystemCall.CLOSE, Operand.of(Launcher.CONTROL));
    program.place(wait);
    program.callOr(wait, SystemCall.PPOLL, polled.address(), Operand.of(2), NULL, NULL, Operand.of(8));
    program.place(over);
    program.attempt(SystemCall.PIDFD_SEND_SIGNAL, Operand.of(HELPER), KILL, NULL, ZERO);
    program.attempt(SystemCall.WAITID, Operand.of(3, "P_PIDFD"), Operand.of(HELPER), program.space("siginfo", 128).address(),
        Operand.of(4, "WEXITED"), NULL);
    for (Path record : records) {
      program.attempt(SystemCall.UNLINKAT, CURRENT, program.string(record.toString()).address(), ZERO);
    }
    program.call(SystemCall.EXIT_GROUP, ZERO);
  }

  /** A struct pollfd: the descriptor, and what is waited for. */
  private static long poll(int descriptor) {
    return descriptor | POLLIN << 32;
  }
}
