package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.backend.namespace.ToolBackend.Bundle;
import dev.carrel.backend.namespace.ToolBackend.ControlGroupsOfTool;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles what is around a start in which a runtime of the OCI makes the container. The bundle, and all that the runtime writes down, lies in a
 * file system in memory in a mount namespace of its own; the runtime runs in a pid namespace whose first process stays until the container has
 * ended. So whatever is killed when, the kernel takes all of it away. A pure function.
 */
final class BundlePrograms {
  /** Where the bundle is: every host has it, and what it covers is opened before. */
  static final String PLACE = "/tmp";
  static final String DEVICES = PLACE + "/devices";
  /** Where the bundle of a runtime alone has the program that is executed. */
  static final String INIT = PLACE + "/init";
  /** What that is called in the container's directory of devices. */
  static final String INIT_INSIDE = "carrel-init";
  /** Where it has the runtime. */
  static final String TOOL = PLACE + "/tool";
  /** Where a runtime writes the pid of what it has made. */
  static final String PID = PLACE + "/pid";
  /** What tells who enters the container which runtime it was. */
  static final String LINK = PLACE + "/runtime";
  /** The descriptors with the container's own streams: the runtime gets others, as it may change their owner. */
  static final int STREAMS = 56;
  /** The descriptor by which the runtime executes the program inside. */
  static final int IMAGE = STREAMS + 3;

  /** The descriptor of the runtime, whose own place may be covered. It is behind those that are passed on. */
  private static final int RUNTIME = IMAGE + 1;
  private static final String ROOT = PLACE + "/rootfs";
  static final String STATE = PLACE + "/state";
  private static final String CONTROL_GROUPS = "/sys/fs/cgroup";
  /** The first descriptor that is not passed on. */
  private static final int FREE = 64;
  private static final int SI_STATUS = 24;
  private static final Operand EVERYTHING = Operand.of(0xFFFF_FFFFL, "~0");
  private static final Operand WEXITED = Operand.of(4, "WEXITED");

  private final ProgramBuilder program = new ProgramBuilder();
  private final LaunchPlan plan;
  private final ContainerSpec spec;
  private final Account caller;
  private final Bundle bundle;
  private final BundleTree tree;
  private final Data umask = program.variable("umask");
  private final Data hostProc = program.variable("host_proc");
  private final Data info = program.space("siginfo", 128);
  private final HandedDescriptor report = new HandedDescriptor(program, "report");
  private final int files;

  private BundlePrograms(LaunchPlan plan, Account caller, Bundle bundle) {
    this.plan = plan;
    this.spec = plan.spec();
    this.caller = caller;
    this.bundle = bundle;
    this.tree = BundleTree.of(plan.mounts());
    this.files = PreparedStart.files(plan).size();
  }

  /** What the JVM starts. */
  static Program around(LaunchPlan plan, Account caller, Bundle bundle, Program inside) {
    return new BundlePrograms(plan, caller, bundle).around(inside.link(Architecture.host()));
  }

  /**
   * The same for a runtime that does all by its own commands: the container's first process is then one around it, which the JVM knows.
   *
   * @param init what the runtime executes, at {@link #INIT}
   */
  static Program alone(LaunchPlan plan, Account caller, Bundle bundle, Program init) {
    return new BundlePrograms(plan, caller, bundle).alone(init.link(Architecture.host()));
  }

  private Program around(byte[] image) {
    Data status = SetupProgram.status(program);
    prepare(Optional.empty());
    Data first = program.variable("supervisor");
    Label parent = program.label("beside_supervisor");
    program.callInto(first, SystemCall.CLONE, Kernel.cloneFlags(Kernel.CLONE_NEWPID | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(first.value(), ZERO, parent);
    program.actor("supervisor");
    supervise(image);
    program.actor("stage1");
    program.place(parent);
    Label over = program.label("over");
    program.attempt(SystemCall.CLOSE_RANGE, ZERO, EVERYTHING, ZERO);
    program.callOr(over, SystemCall.WAITID, Operand.of(1, "P_PID"), first.value(), NULL, WEXITED, NULL);
    program.place(over);
    program.call(SystemCall.EXIT_GROUP, ZERO);
    return SetupProgram.end(program, status);
  }

  private Program alone(byte[] init) {
    Data status = SetupProgram.status(program);
    prepare(Optional.of(init));
    new ProgramLookup(program, ROOT, plan).write();
    program.purpose("make a pid namespace for " + bundle.runtime());
    Data first = program.space("supervisor", 16);
    Label parent = program.label("beside_supervisor");
    long network = ToolBackend.isAttached(spec) ? Kernel.CLONE_NEWNET : 0; // there before the runtime is
    program.callInto(first, SystemCall.CLONE, Kernel.cloneFlags(Kernel.CLONE_NEWPID | network | Kernel.CLONE_PARENT | Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(first.value(), ZERO, parent);
    program.actor("init");
    if (network != 0) {
      new NamespaceSettings(program, spec, new OuterNamespaces(program, spec, caller, umask, hostProc), hostProc).write(Set.of(Namespace.NETWORK));
    }
    int groups = moveGroups();
    mountProc();
    program.call(SystemCall.UMASK, umask.value());
    new InitProgram(program, spec, plan.held(), status, new RuntimeStart(program, bundle, plan, groups, bundle.files(spec.process().stdio()))).write();
    program.actor("stage1");
    program.place(parent);
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), first.address(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, ZERO);
    return SetupProgram.end(program, status);
  }

  /** Makes the bundle, in a mount namespace. */
  private void prepare(Optional<byte[]> init) {
    Optional<ControlGroups> groups = plan.group().isPresent() ? Optional.of(new ControlGroups(program, plan.group().get())) : Optional.empty();
    program.actor("stage1");
    RootTree root = new RootTree(program, init.isPresent() ? withPlace() : tree.prepared(), new MountOwners(program, spec, caller, hostProc));
    new OuterNamespaces(program, spec, caller, umask, hostProc)
        .enter(files + (groups.isPresent() ? groups.get().descriptors() : 0), root.followsHost());
    if (groups.isPresent()) {
      groups.get().openBorn(files);
    }
    openRuntime();
    root.openSources();
    List<Data> inDevices = new ArrayList<>();
    for (Mount.Bind bind : tree.inDevices()) {
      inDevices.add(root.trees().open(bind));
    }
    new ProcessShare(program, spec.process().traits(), spec.security(), hostProc).write();
    keepControlGroups();
    makePlace(inDevices);
    if (init.isPresent()) {
      file(INIT, Kernel.mode(0555), init.get());
      program.call(SystemCall.SYMLINKAT, program.string(bundle.runtime().toString()).address(), CURRENT, program.string(LINK).address());
      keepRuntime();
    }
    root.build(ROOT, true);
    program.purpose("make a pid namespace for " + bundle.runtime());
    program.call(SystemCall.CHDIR, program.string("/").address());
    program.call(SystemCall.SETSID); // what is typed at the JVM's terminal is not meant for it
    program.attempt(SystemCall.PRCTL, Operand.of(15, "PR_SET_NAME"), program.string("carrel-runtime").address());
  }

  /** Some runtimes cover the directory of devices only for those inside, and so want its mount points to be there. */
  private MountPlan withPlace() {
    List<Mount> mounts = new ArrayList<>();
    for (Mount mount : tree.prepared().mounts()) {
      mounts.add(mount);
      for (Mount view : tree.views()) {
        if (view instanceof Mount.Dev && view.target().equals(mount.target())) {
          mounts.add(new Mount.GeneratedFile(view.target().resolve(INIT_INSIDE), "", 0444));
        }
      }
    }
    return new MountPlan(mounts, tree.prepared().writableRoot(), tree.prepared().protection());
  }

  /** Where they are out of the way; tells how many there are. */
  private int moveGroups() {
    int count = plan.group().isPresent() ? new ControlGroups(program, plan.group().get()).descriptors() : 0;
    program.purpose("keep the container's control groups");
    for (int i = 0; i < count; i++) {
      program.call(SystemCall.DUP3, Operand.of(Launcher.FILES + files + i), Operand.of(InitProgram.SPARED + i), ZERO);
    }
    return count;
  }

  private void openRuntime() {
    Data file = program.variable("runtime");
    program.purpose(ToolPrograms.EXECUTE + bundle.runtime());
    program.callInto(file, SystemCall.OPENAT, CURRENT, program.string(bundle.runtime().toString()).address(), Kernel.PATH_ONLY, ZERO);
    program.call(SystemCall.DUP3, file.value(), Operand.of(RUNTIME), ZERO);
    program.call(SystemCall.CLOSE, file.value());
  }

  /** A group that the runtime made would be beside the one that the container may have from Carrel: so it is to make none. */
  private void keepControlGroups() {
    program.purpose("keep control groups from " + bundle.runtime());
    Operand place = program.string(CONTROL_GROUPS).address();
    if (bundle.controlGroups() == ControlGroupsOfTool.READ_ONLY) {
      Data attributes = program.longs(Kernel.attributeNames(Kernel.MOUNT_ATTR_RDONLY, 0, 0), Kernel.MOUNT_ATTR_RDONLY, 0, 0, 0);
      program.attempt(SystemCall.MOUNT_SETATTR, CURRENT, place, Operand.of(0x8000, "AT_RECURSIVE"), attributes.address(), Operand.of(32));
    } else if (bundle.controlGroups() == ControlGroupsOfTool.HIDDEN) {
      Operand type = program.string("tmpfs").address();
      program.attempt(SystemCall.MOUNT, type, place, type, Kernel.mountFlags(Kernel.MS_RDONLY | Kernel.MS_NOSUID | Kernel.MS_NODEV | Kernel.MS_NOEXEC), NULL);
    }
  }

  private void makePlace(List<Data> inDevices) {
    program.purpose("make a bundle in memory");
    Operand type = program.string("tmpfs").address();
    program.call(SystemCall.MOUNT, type, program.string(PLACE).address(), type, Kernel.mountFlags(Kernel.MS_NOSUID | Kernel.MS_NODEV),
        program.string(MemoryTree.options(0711, "16m", 4096)).address());
    program.call(SystemCall.MKDIRAT, CURRENT, program.string(STATE).address(), Kernel.mode(0700));
    for (String directory : List.of(ROOT, DEVICES)) { // the container's root, who may be somebody else, goes through them
      program.call(SystemCall.MKDIRAT, CURRENT, program.string(directory).address(), Kernel.mode(0711));
    }
    file(PLACE + "/config.json", Kernel.mode(0600), bundle.configuration().getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < inDevices.size(); i++) {
      Operand place = program.string(BundleTree.source(i).toString()).address();
      program.purpose("hand " + tree.inDevices().get(i).source() + " to " + bundle.runtime());
      if (tree.inDevices().get(i).kind() == Mapping.Kind.DIRECTORY) {
        program.call(SystemCall.MKDIRAT, CURRENT, place, Kernel.mode(0700));
      } else {
        program.call(SystemCall.MKNODAT, CURRENT, place, Kernel.mode(Kernel.S_IFREG | 0400), ZERO);
      }
      program.call(SystemCall.MOVE_MOUNT, inDevices.get(i).value(), program.string("").address(), CURRENT, place, Kernel.FROM_DESCRIPTOR);
      program.call(SystemCall.CLOSE, inDevices.get(i).value());
    }
  }

  /** At a place of its own, also for who enters later: where it was may be covered, or become another. */
  private void keepRuntime() {
    program.call(SystemCall.MKNODAT, CURRENT, program.string(TOOL).address(), Kernel.mode(Kernel.S_IFREG | 0400), ZERO);
    program.purpose("keep " + bundle.runtime());
    program.call(SystemCall.MOUNT, program.string("/proc/self/fd/" + RUNTIME).address(), program.string(TOOL).address(), NULL,
        Kernel.mountFlags(Kernel.MS_BIND), NULL);
    program.call(SystemCall.CLOSE, Operand.of(RUNTIME));
  }

  private void file(String path, Operand mode, byte[] content) {
    Data file = program.variable("file");
    program.callInto(file, SystemCall.OPENAT, CURRENT, program.string(path).address(), Kernel.CREATE, mode);
    program.call(SystemCall.WRITE, file.value(), program.bytes("<" + content.length + " bytes>", content).address(), Operand.of(content.length));
    program.call(SystemCall.CLOSE, file.value());
  }

  private void mountProc() {
    Operand proc = program.string("proc").address();
    program.call(SystemCall.MOUNT, proc, program.string("/proc").address(), proc,
        Kernel.mountFlags(Kernel.MS_NOSUID | Kernel.MS_NODEV | Kernel.MS_NOEXEC), NULL);
  }

  /** PID 1 around the container: if it ends, everything does. */
  private void supervise(byte[] image) {
    Label failed = program.label("tool_failed");
    Label next = program.label("wait_for_container");
    Label over = program.label("container_over");
    program.purpose("make a pid namespace for " + bundle.runtime());
    program.call(SystemCall.PRCTL, Operand.of(1, "PR_SET_PDEATHSIG"), Operand.of(Kernel.SIGKILL, "SIGKILL"));
    mountProc();
    program.call(SystemCall.UMASK, umask.value());
    program.purpose("take what " + bundle.runtime() + " says");
    program.callInto(report.place(), SystemCall.MEMFD_CREATE, program.string("carrel-report").address(), ZERO);
    report.send(Operand.of(Launcher.CONTROL));
    descriptors(image);
    run(bundle.words("create", List.of("--bundle", PLACE, "--preserve-fds", Integer.toString(IMAGE - 2)), STATE, plan.id()), failed);
    program.attempt(SystemCall.CLOSE_RANGE, Operand.of(Launcher.STATUS), Operand.of(IMAGE), ZERO); // only the container has them now
    run(bundle.words("start", List.of(), STATE, plan.id()), failed);
    program.purpose("wait for the container's end");
    program.place(next);
    program.callOr(over, SystemCall.WAITID, Operand.of(0, "P_ALL"), ZERO, NULL, WEXITED, NULL);
    program.jump(next);
    program.place(failed);
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
    program.place(over);
    program.call(SystemCall.EXIT_GROUP, ZERO);
  }

  /** The runtime passes on all from 3 to {@value #IMAGE}, and wants every one of them to be there. */
  private void descriptors(byte[] image) {
    Data opened = program.variable("null");
    Data nothing = program.variable("null");
    program.purpose("make the program of the container's first process");
    SealedFile.ofProgram(program, image, IMAGE);
    program.purpose("arrange the descriptors of " + bundle.runtime());
    program.callInto(opened, SystemCall.OPENAT, CURRENT, program.string("/dev/null").address(), Operand.of(2 | 0x80000, "O_RDWR|O_CLOEXEC"), ZERO);
    program.callInto(nothing, SystemCall.FCNTL, opened.value(), Operand.of(1030, "F_DUPFD_CLOEXEC"), Operand.of(FREE));
    for (int stream = 0; stream < 3; stream++) {
      program.call(SystemCall.DUP3, Operand.of(stream), Operand.of(STREAMS + stream), ZERO);
    }
    program.call(SystemCall.DUP3, report.value(), Operand.of(2), ZERO);
    program.call(SystemCall.DUP3, nothing.value(), ZERO, ZERO);
    program.call(SystemCall.DUP3, nothing.value(), Operand.of(1), ZERO);
    int afterFiles = Launcher.FILES + files + (plan.group().isPresent() ? new ControlGroups(program, plan.group().get()).descriptors() : 0);
    int afterMore = Launcher.MORE + spec.process().stdio().more().size();
    for (int number = Launcher.CONTROL + 1; number < STREAMS; number++) {
      boolean file = number >= Launcher.FILES && number < afterFiles;
      boolean more = number >= Launcher.MORE && number < afterMore;
      if (!file && !more) {
        program.call(SystemCall.DUP3, nothing.value(), Operand.of(number), ZERO);
      }
    }
  }

  /** Has a process execute the runtime, and goes on when that has ended well. */
  private void run(List<String> words, Label failed) {
    Data child = program.variable("tool");
    Label parent = program.label("wait_for_tool");
    program.purpose("start " + words.get(0));
    program.callInto(child, SystemCall.CLONE, Kernel.cloneFlags(Kernel.SIGCHLD), NULL, NULL, NULL, NULL);
    program.unlessEqual(child.value(), ZERO, parent);
    program.purpose(ToolPrograms.EXECUTE + words.get(0));
    program.call(SystemCall.EXECVE, program.string("/proc/self/fd/" + RUNTIME).address(), program.strings(words).address(), program.strings(List.of()).address());
    program.place(parent);
    program.purpose("wait for " + words.get(0));
    program.call(SystemCall.WAITID, Operand.of(1, "P_PID"), child.value(), info.address(), WEXITED, NULL);
    program.unlessEqual(info.value(SI_STATUS), ZERO, failed);
  }
}
