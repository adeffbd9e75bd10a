package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles a start in which a tool makes namespaces and mounts: the program around it, which hands it everything it needs as descriptors, and
 * the one inside, which the tool executes as PID 1 and which does what is left. Pure functions.
 */
final class ToolPrograms {
  /** How the step is told that may fail as the tool is not there any more. */
  static final String EXECUTE = "execute the tool ";
  /** The descriptor by which the tool executes the program inside. */
  static final int IMAGE = 57;
  /** The descriptor with the tool's arguments, each ended by NUL. */
  static final int ARGUMENTS = 58;
  /** The first of the descriptors with data that the arguments name. */
  static final int DATA = 64;
  /** What the program's own standard error is meanwhile. */
  private static final int ERRORS = 56;

  private final ProgramBuilder program = new ProgramBuilder();
  private final LaunchPlan plan;
  private final ContainerSpec spec;
  private final Account caller;

  private ToolPrograms(LaunchPlan plan, Account caller) {
    this.plan = plan;
    this.spec = plan.spec();
    this.caller = caller;
  }

  /**
   * What the JVM starts.
   *
   * @param words the tool by its path, and what is not among its arguments in {@value #ARGUMENTS}
   */
  static Program around(LaunchPlan plan, Account caller, ToolBackend.Command command, List<String> words, Program inside) {
    return new ToolPrograms(plan, caller).around(command, words, inside.link(Architecture.host()));
  }

  /** What the tool executes. */
  static Program inside(LaunchPlan plan, Account caller, List<byte[]> filters) {
    return new ToolPrograms(plan, caller).inside(filters);
  }

  private Program around(ToolBackend.Command command, List<String> words, byte[] image) {
    Data umask = program.variable("umask");
    Data hostProc = program.variable("host_proc");
    Data status = SetupProgram.status(program);
    Optional<ControlGroups> groups = plan.group().isPresent() ? Optional.of(new ControlGroups(program, plan.group().get())) : Optional.empty();
    int files = PreparedStart.files(plan).size();
    program.actor("stage1");
    OuterNamespaces outer = new OuterNamespaces(program, spec, caller, umask, hostProc);
    outer.isolateFromCaller(files + (groups.isPresent() ? groups.get().descriptors() : 0));
    program.call(SystemCall.UMASK, umask.value());
    outer.openProc();
    new ProcessShare(program, spec.process().traits(), spec.security(), hostProc).write();
    program.call(SystemCall.CLOSE, hostProc.value());
    if (groups.isPresent()) {
      enterGroups(groups.get(), files);
    }
    program.purpose("take what " + words.get(0) + " says");
    HandedDescriptor report = new HandedDescriptor(program, "report");
    program.callInto(report.place(), SystemCall.MEMFD_CREATE, program.string("carrel-report").address(), ZERO);
    report.send(Operand.of(Launcher.CONTROL));
    program.call(SystemCall.DUP3, Operand.of(2), Operand.of(ERRORS), ZERO);
    program.call(SystemCall.DUP3, report.value(), Operand.of(2), ZERO);
    program.call(SystemCall.CLOSE, report.value());
    program.purpose("make the program of the container's first process");
    SealedFile.ofProgram(program, image, IMAGE);
    program.purpose("write the arguments of " + words.get(0));
    byte[] arguments = (String.join("\0", command.arguments()) + "\0").getBytes(StandardCharsets.UTF_8);
    SealedFile.ofData(program, arguments, "\"" + String.join("\\0", command.arguments()) + "\\0\"", ARGUMENTS);
    for (int i = 0; i < command.data().size(); i++) {
      SealedFile.ofData(program, command.data().get(i), "<" + command.data().get(i).length + " bytes>", DATA + i);
    }
    program.purpose(EXECUTE + words.get(0));
    program.call(SystemCall.SETSID); // what is typed at the JVM's terminal is not meant for it
    program.call(SystemCall.EXECVE, program.string(words.get(0)).address(), program.strings(words).address(), program.strings(List.of()).address());
    return SetupProgram.end(program, status);
  }

  /**
   * The tool is in them as well. Into one of version 2 a process has to be cloned: this one waits for it then. Until it executes the tool, such
   * a child has no signal for its end, and is not waited for without __WALL.
   */
  private void enterGroups(ControlGroups groups, int files) {
    Data child = program.variable("tool");
    Label parent = program.label("wait_for_tool");
    Label tool = program.label("be_tool");
    Label over = program.label("over");
    program.purpose("start a process in the container's control group");
    groups.clone(Kernel.SIGCHLD, child, Optional.empty(), ControlGroups.behind(files), Optional.empty());
    program.unlessEqual(child.value(), ZERO, parent);
    program.jump(tool);
    program.place(parent);
    program.attempt(SystemCall.CLOSE_RANGE, ZERO, Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    program.callOr(over, SystemCall.WAITID, Operand.of(1, "P_PID"), child.value(), NULL, Operand.of(4 | 0x40000000, "WEXITED|__WALL"), NULL);
    program.place(over);
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(tool);
    groups.join(ControlGroups.behind(files), Set.of());
    groups.close(files);
  }

  private Program inside(List<byte[]> filters) {
    Data umask = program.variable("umask");
    Data status = SetupProgram.status(program);
    program.actor("init");
    program.purpose("take over from the tool");
    program.callInto(umask, SystemCall.UMASK, ZERO);
    program.call(SystemCall.DUP3, Operand.of(ERRORS), Operand.of(2), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(ERRORS), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    present(program);
    Confinement confinement = new Confinement(program, Inside.of(spec), ZERO, filters);
    confinement.ofInit();
    new InitProgram(program, spec, plan.held(), false, umask, status, confinement, Optional.empty()).write();
    return SetupProgram.end(program, status);
  }

  /** How a first process that a tool has made tells the JVM that it is there, and waits for its word. */
  static void present(ProgramBuilder program) {
    Data self = program.variable("self");
    Data told = program.variable("told");
    Label gone = program.label("gone");
    Label ready = program.label("ready");
    HandedDescriptor pidfd = new HandedDescriptor(program, "pidfd");
    program.callInto(self, SystemCall.GETPID);
    program.callInto(pidfd.place(), SystemCall.PIDFD_OPEN, self.value(), ZERO);
    pidfd.send(Operand.of(Launcher.CONTROL));
    program.call(SystemCall.CLOSE, pidfd.value());
    program.callIntoOr(told, gone, SystemCall.READ, Operand.of(Launcher.CONTROL), program.variable("byte").address(), Operand.of(1));
    program.unlessEqual(told.value(), Operand.of(1), gone);
    program.jump(ready);
    program.place(gone); // the JVM is
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
    program.place(ready);
  }

  /** For who wants to read it. */
  static List<String> words(Path tool) {
    return new ArrayList<>(List.of(tool.toString(), "--args", Integer.toString(ARGUMENTS), "--", "/proc/self/fd/" + IMAGE));
  }
}
