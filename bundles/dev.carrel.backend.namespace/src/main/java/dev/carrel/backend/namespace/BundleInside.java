package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.List;
import java.util.Optional;

/**
 * Compiles what a runtime of the OCI executes as PID 1 of a container. With one id it is the one user that there is in the user namespace which the
 * runtime has made, and runtimes want that to be user 0: who the program is to be, it becomes in one more user namespace, with a copy of the
 * mounts, which are all locked by that. With more ids it is that user already. A pure function.
 */
final class BundleInside {
  private BundleInside() {}

  static Program of(LaunchPlan plan, Account caller, List<byte[]> filters) {
    ContainerSpec spec = plan.spec();
    ProgramBuilder program = new ProgramBuilder();
    Data umask = program.variable("umask");
    Data status = SetupProgram.status(program);
    Data hostProc = program.variable("host_proc");
    int files = PreparedStart.files(plan).size();
    program.actor("init");
    program.purpose("take over from the tool");
    program.callInto(umask, SystemCall.UMASK, ZERO);
    for (int stream = 0; stream < 3; stream++) {
      program.call(SystemCall.DUP3, Operand.of(BundlePrograms.STREAMS + stream), Operand.of(stream), ZERO);
    }
    program.call(SystemCall.CLOSE_RANGE, Operand.of(BundlePrograms.STREAMS), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    program.call(SystemCall.CLOSE_RANGE, Operand.of(Launcher.CONTROL + 1), Operand.of(Launcher.FILES - 1), ZERO);
    if (plan.group().isPresent()) {
      ControlGroups groups = new ControlGroups(program, plan.group().get());
      groups.joinAll(files);
      groups.close(files);
    }
    ToolPrograms.present(program);
    RootTree tree = new RootTree(program, plan.mounts(), new MountOwners(program, spec, caller, hostProc));
    FinishedTree finished = new FinishedTree(program, plan.mounts(), tree);
    finished.protect();
    if (spec.namespaces().contains(Namespace.CGROUP)) {
      program.purpose("create a cgroup namespace");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWCGROUP));
    }
    if (!spec.identity().ranged()) {
      program.purpose("create a user namespace");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWUSER | Kernel.CLONE_NEWNS));
      program.purpose("map the user into the container's user namespace");
      new OuterNamespaces(program, spec, caller, umask, hostProc).writeMaps(new IdMapping(spec.identity().user().inside(), 0, 1),
          new IdMapping(spec.identity().group().inside(), 0, 1), CURRENT, "/proc/self/");
    }
    finished.propagate();
    Confinement confinement = new Confinement(program, Inside.of(spec), ZERO, filters);
    confinement.ofInit();
    new InitProgram(program, spec, plan.held(), false, umask, status, confinement, Optional.empty()).write();
    return SetupProgram.end(program, status);
  }
}
