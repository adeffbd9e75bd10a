package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Mount;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes how a root file system is looked through for a program and its working directory, before a runtime is asked to start it: runtimes say only in
 * words what is missing. What it is missing fails here as it would in the container.
 */
final class ProgramLookup {
  private static final long PATH_ONLY = 0x200000 | 0x80000;
  private static final long DIRECTORY = 0x10000;
  /** RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS. */
  private static final long IN_ROOT = 0x10 | 0x02;
  private static final Operand SIZE = Operand.of(24);
  private static final Operand EXECUTABLE = Operand.of(1, "X_OK");

  private final ProgramBuilder program;
  private final String base;
  private final LaunchPlan plan;
  private final Data root;
  private final Data any;
  private final Data directory;

  /** @param base where that root is */
  ProgramLookup(ProgramBuilder program, String base, LaunchPlan plan) {
    this.program = program;
    this.base = base;
    this.plan = plan;
    this.root = program.variable("looked_through");
    this.any = program.longs("{O_PATH|O_CLOEXEC, RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS}", PATH_ONLY, 0, IN_ROOT);
    this.directory = program.longs("{O_PATH|O_CLOEXEC|O_DIRECTORY, RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS}", PATH_ONLY | DIRECTORY, 0, IN_ROOT);
  }

  void write() {
    ProcessSpec process = plan.spec().process();
    program.purpose("look for the program");
    program.callInto(root, SystemCall.OPENAT, CURRENT, program.string(base).address(), Kernel.PATH_ONLY, ZERO);
    if (!isMountedLater(process.directory())) {
      directory(process.directory().toString());
    }
    program.purpose("run " + process.command().get(0));
    program(process);
    program.purpose("look for the program");
    program.call(SystemCall.CLOSE, root.value());
  }

  /** What the runtime mounts is not there yet. */
  private boolean isMountedLater(Path path) {
    for (Mount mount : plan.mounts().mounts()) {
      boolean view = mount instanceof Mount.Proc || mount instanceof Mount.Sys || mount instanceof Mount.Dev;
      if (view && path.startsWith(mount.target())) {
        return true;
      }
    }
    return false;
  }

  private void directory(String path) {
    Label missing = program.label("no_directory");
    Label nothing = program.label("nothing_there");
    Label there = program.label("directory_there");
    Data found = program.variable("found");
    program.purpose("start in " + path);
    program.callIntoOr(found, missing, SystemCall.OPENAT2, root.value(), program.string(path).address(), directory.address(), SIZE);
    program.call(SystemCall.CLOSE, found.value());
    program.jump(there);
    program.place(missing);
    program.callIntoOr(found, nothing, SystemCall.OPENAT2, root.value(), program.string(path).address(), any.address(), SIZE);
    program.call(SystemCall.CHDIR, program.string("/proc/self/exe").address()); // fails as it is no directory either
    program.place(nothing);
    program.call(SystemCall.CHDIR, program.string("").address()); // fails as it is not there either
    program.place(there);
  }

  private void program(ProcessSpec process) {
    List<String> candidates = ProgramStart.candidates(process.command().get(0), process.environment().getOrDefault("PATH", ""));
    Data denied = program.variable("denied");
    Data found = program.variable("found");
    Label there = program.label("program_there");
    Label refused = program.label("refused");
    for (String candidate : candidates) {
      Label next = program.label("next");
      Label file = program.label("file");
      Label bad = program.label("bad");
      if (isMountedLater(Path.of(candidate))) {
        program.jump(there);
      }
      String path = candidate.startsWith("/") ? candidate : process.directory() + "/" + candidate;
      program.callIntoOr(found, next, SystemCall.OPENAT2, root.value(), program.string(path).address(), any.address(), SIZE);
      program.callOr(file, SystemCall.OPENAT, found.value(), program.string(".").address(), Kernel.PATH_ONLY, ZERO);
      program.jump(bad);
      program.place(file);
      program.callOr(bad, SystemCall.FACCESSAT2, found.value(), program.string("").address(), EXECUTABLE, Kernel.EMPTY_PATH);
      program.call(SystemCall.CLOSE, found.value());
      program.jump(there);
      program.place(bad);
      program.callInto(denied, SystemCall.GETPID);
      program.call(SystemCall.CLOSE, found.value());
      program.place(next);
    }
    Operand nothing = program.strings(List.of()).address();
    program.unlessEqual(denied.value(), ZERO, refused);
    program.call(SystemCall.EXECVE, program.string("").address(), nothing, nothing); // fails as it is not there either
    program.place(refused);
    program.call(SystemCall.EXECVE, program.string("/").address(), nothing, nothing); // fails as it may not be executed either
    program.place(there);
  }
}
