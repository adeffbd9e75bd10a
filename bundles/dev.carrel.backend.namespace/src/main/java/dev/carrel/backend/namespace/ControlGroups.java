package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.Namespace;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Writes how a container's first process comes into control groups. Into one of version 2 it is cloned. Those of version 1 it joins by writing to
 * files that it was given, as its first deed; to {@code tasks}, as for a process of one thread that moves itself the kernel waits for nobody,
 * where {@code cgroup.procs} takes it milliseconds. Its cgroup namespace is made after that, as its root is where it is then.
 */
final class ControlGroups {
  /** Of struct clone_args. */
  private static final int CLONE_ARGS = 88;
  private static final int CGROUP_AT = 80;

  private final ProgramBuilder program;
  private final boolean born;
  private final int joined;

  ControlGroups(ProgramBuilder program, GroupEntry entry) {
    this.program = program;
    this.born = entry.born().isPresent();
    this.joined = entry.joined().size();
  }

  /** How many descriptors it takes. */
  int descriptors() {
    return (born ? 1 : 0) + joined;
  }

  /** Which namespaces are cloned with the process. */
  Set<Namespace> cloned(Set<Namespace> namespaces) {
    if (!namespaces.contains(Namespace.CGROUP)) {
      return namespaces;
    }
    Set<Namespace> others = EnumSet.copyOf(namespaces);
    others.remove(Namespace.CGROUP);
    return others;
  }

  /** Where the descriptors are, by their order. */
  interface Place {
    Operand of(int index);
  }

  /** In a process that is started directly, behind these files. */
  static Place behind(int files) {
    return new Place() {
      @Override
      public Operand of(int index) {
        return Operand.of(Launcher.FILES + files + index);
      }
    };
  }

  /**
   * Clones a process.
   *
   * @param flags of clone(2)
   * @param pid gets its pid
   * @param pidfd gets a pidfd of it, if the flags ask for one
   * @param failed where it goes on if that fails; empty: the program ends
   */
  void clone(long flags, Data pid, Optional<Data> pidfd, Place place, Optional<Label> failed) {
    SystemCall call = born ? SystemCall.CLONE3 : SystemCall.CLONE;
    Operand[] arguments = born ? arguments(flags, pidfd, place) : new Operand[] {
        Kernel.cloneFlags(flags), NULL, pidfd.isPresent() ? pidfd.get().address() : NULL, NULL, NULL};
    if (failed.isPresent()) {
      program.callIntoOr(pid, failed.get(), call, arguments);
    } else {
      program.callInto(pid, call, arguments);
    }
  }

  /** The signal is no part of the flags here; with CLONE_PARENT there is none, as the child has that of its brother. */
  private Operand[] arguments(long flags, Optional<Data> pidfd, Place place) {
    long asked = flags & ~Kernel.SIGCHLD | Kernel.CLONE_INTO_CGROUP;
    Data arguments = program.longs("{flags=" + Kernel.cloneFlagNames(asked) + ", cgroup=group}", asked, 0, 0, 0,
        (flags & Kernel.CLONE_PARENT) == 0 ? Kernel.SIGCHLD : 0, 0, 0, 0, 0, 0, 0);
    if (pidfd.isPresent()) {
      arguments.pointer(8, pidfd.get());
    }
    // A number of 64 bits is wanted, and received descriptors have 32: a copy gives one.
    program.callInto(arguments.address(CGROUP_AT), SystemCall.FCNTL, place.of(0), Operand.of(1030, "F_DUPFD_CLOEXEC"), Operand.of(Launcher.MORE));
    return new Operand[] {arguments.address(), Operand.of(CLONE_ARGS)};
  }

  /** In the process itself, before anything else. */
  void join(Place place, Set<Namespace> namespaces) {
    if (joined > 0) {
      program.purpose("join the container's control groups");
      Operand self = program.string("0").address();
      for (int i = 0; i < joined; i++) {
        program.call(SystemCall.WRITE, place.of((born ? 1 : 0) + i), self, Operand.of(1));
      }
    }
    if (namespaces.contains(Namespace.CGROUP)) {
      program.purpose("create a cgroup namespace");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWCGROUP));
    }
  }

  /** Where something else clones the process: makes the directory of a group that of its file with processes, which can be written to then. */
  void openBorn(int files) {
    if (born) {
      Data file = program.variable("file");
      Operand place = behind(files).of(0);
      program.purpose("open the container's control group");
      program.callInto(file, SystemCall.OPENAT, place, program.string("cgroup.procs").address(), Kernel.WRITE_ONLY, ZERO);
      program.call(SystemCall.DUP3, file.value(), place, ZERO);
      program.call(SystemCall.CLOSE, file.value());
    }
  }

  /** In the process itself, before anything else, after {@link #openBorn}. */
  void joinAll(int files) {
    program.purpose("join the container's control groups");
    Operand self = program.string("0").address();
    for (int i = 0; i < descriptors(); i++) {
      program.call(SystemCall.WRITE, behind(files).of(i), self, Operand.of(1));
    }
  }

  /** Of descriptors that are behind these files. */
  void close(int files) {
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.FILES + files), Operand.of(Launcher.FILES + files + descriptors() - 1), ZERO);
  }
}
