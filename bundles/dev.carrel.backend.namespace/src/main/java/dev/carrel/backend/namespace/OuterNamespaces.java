package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Join;
import dev.carrel.api.container.Join.Source;
import dev.carrel.api.container.Namespace;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes how a start leaves its caller behind: descriptors, namespaces that are joined, and those around the container's own. */
final class OuterNamespaces {
  private final ProgramBuilder program;
  private final ContainerSpec spec;
  private final Account caller;
  private final Data umask;
  private final Data hostProc;

  /**
   * For a program.
   *
   * @param umask gets that of the caller
   * @param hostProc gets a descriptor of the host's /proc
   */
  OuterNamespaces(ProgramBuilder program, ContainerSpec spec, Account caller, Data umask, Data hostProc) {
    this.program = program;
    this.spec = spec;
    this.caller = caller;
    this.umask = umask;
    this.hostProc = hostProc;
  }

  /**
   * Other processes' namespaces. Who is not root joins the process's user namespace at the same moment, which gives the right to it;
   * the container's own user namespace is made in that one.
   */
  void join() {
    long user = caller.root() ? 0 : Kernel.CLONE_NEWUSER;
    Map<Source, Set<Namespace>> sources = new LinkedHashMap<>();
    for (Join join : spec.joins()) {
      sources.computeIfAbsent(join.source(), source -> EnumSet.noneOf(Namespace.class)).add(join.kind());
    }
    for (Map.Entry<Source, Set<Namespace>> entry : sources.entrySet()) {
      Data found = program.variable("joined");
      program.purpose("join the namespace of " + entry.getKey());
      if (entry.getKey() instanceof Source.OfProcess process) {
        program.callInto(found, SystemCall.PIDFD_OPEN, Operand.of(process.pid()), ZERO);
      } else {
        program.callInto(found, SystemCall.OPENAT, CURRENT, program.string(entry.getKey().toString()).address(), Operand.of(0x80000, "O_RDONLY|O_CLOEXEC"), ZERO);
      }
      program.call(SystemCall.SETNS, found.value(), Kernel.cloneFlags(SetupProgram.namespaceFlags(entry.getValue()) | user));
      program.call(SystemCall.CLOSE, found.value());
      user = 0;
    }
  }

  /** Nothing of the caller is inherited but what was asked for. */
  void isolateFromCaller(int files) {
    program.purpose("close the descriptors of the starting process");
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(Launcher.FILES - 1), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.FILES + files), Operand.of(Launcher.MORE - 1), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.MORE + spec.process().stdio().more().size()), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    program.callInto(umask, SystemCall.UMASK, ZERO);
    if (caller.root() && caller.setsGroups()) {
      program.purpose("drop the supplementary groups");
      program.call(SystemCall.SETGROUPS, ZERO, NULL);
    }
  }

  /**
   * A mount namespace around that of the container; for users without privileges in a user namespace, where they are root.
   *
   * <p>Who enters a container later has to have rights over the memory of its first process (ptrace(2), PTRACE_MODE_READ), as it is
   * not dumpable: and those are rights in the user namespace where it was executed. So it executes itself again in the outer one,
   * whose owner is the user; the kernel names it "exe" by that.
   *
   * @param follows whether what the host mounts from now on appears here, too
   */
  void enter(int files, boolean follows) {
    if (caller.root()) {
      isolateFromCaller(files);
      join();
      program.purpose("create a mount namespace");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWNS));
    } else {
      Data name = program.space("name", 16);
      Label first = program.label("first_time");
      Label second = program.label("second_time");
      program.purpose("look whether it has executed itself");
      program.call(SystemCall.PRCTL, Operand.of(16, "PR_GET_NAME"), name.address());
      program.unlessEqual(name.value(), Operand.of('e' | 'x' << 8 | 'e' << 16, "\"exe\""), first);
      program.jump(second);
      program.place(first);
      isolateFromCaller(files);
      join();
      program.purpose("create a user namespace");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWUSER | Kernel.CLONE_NEWNS));
      program.purpose("map the user into a user namespace");
      mapOuter();
      program.purpose("execute itself in the user namespace");
      program.call(SystemCall.UMASK, umask.value());
      program.call(SystemCall.EXECVE, program.string("/proc/self/exe").address(), program.strings(List.of("carrel")).address(),
          program.strings(List.of()).address());
      program.place(second);
      program.callInto(umask, SystemCall.UMASK, ZERO);
    }
    openProc();
    program.purpose("keep mounts from the host");
    program.call(SystemCall.MOUNT, NULL, program.string("/").address(), NULL, follows ? Kernel.REC_SLAVE : Kernel.REC_PRIVATE, NULL);
  }

  /** The same without mounts; a user namespace around the container's is only needed where others map its ids. */
  void enterUserNamespace(int files) {
    isolateFromCaller(files);
    join();
    if (!caller.root() && spec.identity().ranged()) {
      program.purpose("create a user namespace");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWUSER));
      mapOuter();
    }
  }

  private void mapOuter() {
    program.purpose("map the user into a user namespace");
    if (!spec.identity().ranged()) {
      writeMaps(new IdMapping(0, caller.outerUid(), 1), new IdMapping(0, caller.outerGid(), 1), CURRENT, "/proc/self/");
      return;
    }
    Data answer = program.variable("answer");
    Label given = program.label("ids_mapped");
    Label refused = program.label("refused");
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), program.longs("{0, 0}", 0, 0).address(), Operand.of(16));
    program.callInto(answer, SystemCall.READ, Operand.of(Launcher.CONTROL), program.variable("byte").address(), Operand.of(1));
    program.unlessEqual(answer.value(), Operand.of(1), refused);
    program.jump(given);
    program.place(refused);
    program.call(SystemCall.EXIT_GROUP, Operand.of(125)); // the JVM knows why
    program.place(given);
  }

  void openProc() {
    program.purpose("open /proc");
    program.callInto(hostProc, SystemCall.OPENAT, CURRENT, program.string("/proc").address(), Kernel.PATH_ONLY, ZERO);
  }

  void writeMaps(IdMapping user, IdMapping group, Operand directory, String prefix) {
    writeMaps(program, user, group, directory, prefix);
  }

  /** user_namespaces(7): one's own single id may be mapped without privileges once setgroups(2) is denied. */
  static void writeMaps(ProgramBuilder program, IdMapping user, IdMapping group, Operand directory, String prefix) {
    writeFile(program, directory, prefix + "uid_map", line(user));
    writeFile(program, directory, prefix + "setgroups", "deny");
    writeFile(program, directory, prefix + "gid_map", line(group));
  }

  private static String line(IdMapping mapping) {
    return mapping.inside() + " " + mapping.outside() + " " + mapping.count();
  }

  void writeFile(Operand directory, String path, String content) {
    writeFile(program, directory, path, content);
  }

  private static void writeFile(ProgramBuilder program, Operand directory, String path, String content) {
    Data file = program.variable("file");
    program.callInto(file, SystemCall.OPENAT, directory, program.string(path).address(), Kernel.WRITE_ONLY, ZERO);
    program.call(SystemCall.WRITE, file.value(), program.string(content).address(), Operand.of(content.length()));
    program.call(SystemCall.CLOSE, file.value());
  }
}
