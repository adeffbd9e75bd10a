package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.Capability;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life.FirstProcess;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles a launch plan into a program: one that starts a container, or one that builds a template of its mounts and clones
 * containers from it. Pure functions.
 */
final class SetupProgram {
  /** Where the new root is built: every host has it, and what it covers is opened before. */
  private static final String BASE = "/tmp";

  private final ProgramBuilder program = new ProgramBuilder();
  private final ContainerSpec spec;
  private final boolean held;
  private final Account caller;
  private final Data umask = program.variable("umask");
  private final Data status = status(program);
  private final Data hostProc = program.variable("host_proc");
  private final RootTree tree;
  private final NamespaceViews views;
  private final OuterNamespaces outer;
  private final MappedIds ids;
  private final MapHandover handover;
  private final NamespaceSettings settings;
  private final Confinement confinement;
  private final FinishedTree finished;
  private final Optional<ControlGroups> groups;
  private final Optional<Keeper> keeper;

  private SetupProgram(LaunchPlan plan, Account caller, List<byte[]> filters) {
    this.spec = plan.spec();
    this.held = plan.held();
    this.caller = caller;
    this.ids = MappedIds.of(spec.identity(), caller.root());
    this.tree = new RootTree(program, plan.mounts(), new MountOwners(program, spec, caller, hostProc));
    this.outer = new OuterNamespaces(program, spec, caller, umask, hostProc);
    this.handover = new MapHandover(program, hostProc);
    this.settings = new NamespaceSettings(program, spec, outer, hostProc);
    this.confinement = new Confinement(program, Inside.of(spec), hostProc.value(), filters);
    this.views = new NamespaceViews(program, plan.mounts(), tree);
    this.finished = new FinishedTree(program, plan.mounts(), tree);
    boolean kept = spec.life().first() == FirstProcess.PROGRAM && spec.life().detached();
    this.keeper = kept ? Optional.of(new Keeper(program, held)) : Optional.empty();
    this.groups = plan.group().isPresent() ? Optional.of(new ControlGroups(program, plan.group().get())) : Optional.empty();
  }

  /**
   * The whole start.
   *
   * @param filters the kernel's form of the filters of system calls
   */
  static Program start(LaunchPlan plan, Account caller, List<byte[]> filters) {
    return new SetupProgram(plan, caller, filters).start();
  }

  /**
   * Builds what every container of this plan can copy, and then clones one whenever it is given descriptors.
   *
   * @param filters as above
   */
  static Program template(LaunchPlan plan, Account caller, List<byte[]> filters) {
    return new SetupProgram(plan, caller, filters).template();
  }

  private Program start() {
    program.actor("stage1");
    if (keeper.isPresent()) { // it stays, and what is typed at the terminal of whoever began it is not meant for it
      program.purpose("leave the session of who starts it");
      program.attempt(SystemCall.SETSID);
    }
    if (!spec.namespaces().contains(Namespace.MOUNT)) {
      outer.enterUserNamespace(files() + descriptors());
      return startInHostRoot();
    }
    outer.enter(files() + descriptors(), tree.followsHost());
    if (keeper.isPresent()) {
      keeper.get().open();
    }
    tree.openSources();
    tree.build(BASE, true);
    cloneInit();
    mapIdentity();
    views.mount(spec.namespaces(), protect(), BASE, "mqueue");
    enterRoot();
    finished.protect();
    settings.write(spec.namespaces());
    return finish();
  }

  /** Nothing is mounted: the program sees the host's files. */
  private Program startInHostRoot() {
    outer.openProc();
    if (keeper.isPresent()) {
      keeper.get().open();
    }
    cloneInit();
    mapIdentity();
    settings.write(spec.namespaces());
    return finish();
  }

  private Program template() {
    program.actor("template");
    outer.enter(0, tree.followsHost());
    tree.openSources();
    tree.build(BASE, false);
    views.mountVisible();
    pivot();
    new ProcessShare(program, spec.process().traits(), spec.security(), hostProc).write();
    program.purpose("hand over the prepared mounts");
    TemplateService service = new TemplateService(program, files(), spec.process().stdio().more().size(), groups);
    service.open(hostProc);
    Set<Namespace> early = early();
    Set<Namespace> late = EnumSet.copyOf(spec.namespaces());
    late.removeAll(early);
    service.cloneContainers(cloneFlags(groups.isPresent() ? groups.get().cloned(late) : late), () -> prepareNext(early), () -> views.unmount(early), ranged() ? Optional.of(new Serving()) : Optional.empty());
    if (groups.isPresent()) {
      groups.get().join(service.groups(), late);
    }
    mapIdentity();
    views.mount(late, protect(), "", "pts");
    tree.mountFresh();
    finished.protect();
    settings.write(late);
    return finish();
  }

  private boolean protect() {
    return !spec.security().has(Weakness.KERNEL_FILES);
  }

  /**
   * Namespaces that a template makes for the next container while it waits: a network namespace takes the kernel as long as
   * everything else. They belong to the template's user namespace, and not to the container's, so only for one without any
   * capability this is the same.
   */
  private Set<Namespace> early() {
    Set<Namespace> early = EnumSet.noneOf(Namespace.class);
    if (spec.security().capabilities().isEmpty() && spec.sysctls().isEmpty() && spec.namespaces().contains(Namespace.USER)) {
      early.addAll(List.of(Namespace.NETWORK, Namespace.IPC, Namespace.UTS));
      early.retainAll(spec.namespaces());
    }
    return early;
  }

  private void prepareNext(Set<Namespace> early) {
    if (!early.isEmpty()) {
      program.purpose("create the next container's namespaces");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(namespaceFlags(early)));
      settings.write(early);
      views.mount(early, protect(), "", "pts");
    }
  }

  /** What a template's process does for a container whose ids it has to map. */
  private final class Serving implements TemplateService.Mapping {
    @Override
    public void open() {
      handover.open();
    }

    @Override
    public void serve(Label failed, Label gone) {
      handover.serve(ids.users(), ids.groups(), failed, gone);
    }
  }

  private boolean ranged() {
    return spec.identity().ranged() && spec.namespaces().contains(Namespace.USER);
  }

  private void mapIdentity() {
    program.actor("init");
    if (ranged()) {
      handover.ask();
    } else if (spec.namespaces().contains(Namespace.USER)) {
      program.purpose("map the user into the container's user namespace");
      outer.writeMaps(user(), group(), hostProc.value(), "self/");
    }
    confinement.ofInit();
    if (ranged()) {
      becomeUser(program, spec.identity());
      // It owns its own files in /proc again; until it executes anything, nobody else is inside.
      program.call(SystemCall.PRCTL, Operand.of(4, "PR_SET_DUMPABLE"), Operand.of(1));
    }
  }

  /** With all capabilities that there are in the container's user namespace, which a change of the user ids would not take. */
  static void becomeUser(ProgramBuilder program, Identity identity) {
    Operand user = Operand.of(identity.user().inside());
    Operand group = Operand.of(identity.group().inside());
    program.purpose("become user " + identity.user().inside() + " and group " + identity.group().inside());
    program.call(SystemCall.SETRESGID, group, group, group);
    program.call(SystemCall.SETGROUPS, ZERO, NULL);
    program.call(SystemCall.SETRESUID, user, user, user);
  }

  /** What the caller is called in the namespace in which the container's is made: root in an outer one of its own. */
  private IdMapping user() {
    return inOuter(spec.identity().user(), caller.uid(), caller.outerUid());
  }

  private IdMapping group() {
    return inOuter(spec.identity().group(), caller.gid(), caller.outerGid());
  }

  private IdMapping inOuter(IdMapping id, long own, long joined) {
    if (caller.root() || id.outside() != own) {
      return id;
    }
    return new IdMapping(id.inside(), spec.namespaces().contains(Namespace.MOUNT) ? 0 : joined, 1);
  }

  private Program finish() {
    if (spec.security().capabilities().contains(Capability.SYS_ADMIN) && !spec.security().has(Weakness.UNLOCKED_MOUNTS)) {
      new MountLock(program, spec, ids, outer, hostProc).write();
    }
    finished.propagate();
    settings.enterOwnTime();
    new InitProgram(program, spec, held, true, umask, status, confinement, keeper).write();
    return end(program, status);
  }

  /** The number of the status pipe, which makes room where a program gets descriptors of that number. */
  static Data status(ProgramBuilder program) {
    return program.longs("$status", Launcher.STATUS);
  }

  /** What a program does whose instruction has failed. */
  static Program end(ProgramBuilder program, Data status) {
    Label failure = program.label("failure");
    program.actor("any");
    program.purpose("report a failure");
    program.place(failure);
    program.attempt(SystemCall.WRITE, status.value(), new Operand.FailureRecord(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
    return program.build(failure);
  }

  /** Ends, and says why if something failed. */
  static void giveUp(ProgramBuilder program, Label failed, Label gone) {
    program.place(failed);
    program.attempt(SystemCall.WRITE, Operand.of(Launcher.STATUS), new Operand.FailureRecord(), Operand.of(16));
    program.place(gone);
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
  }

  /** How many files init writes and reads, if it is detached: its exit, two logs, the times of restarts, and what became of a late start. */
  private int files() {
    return !spec.life().detached() ? 0 : held ? 5 : 4;
  }

  /** How many descriptors there are for its control groups. */
  private int descriptors() {
    return groups.isPresent() ? groups.get().descriptors() : 0;
  }

  /**
   * The clone is init: a child of the JVM, in namespaces of its own; stage 1 tells its pid and ends, or stays to end it with the JVM. If it has to
   * keep what the program prints and how it ends, the clone is its own child.
   */
  private void cloneInit() {
    Optional<Guard> guard = spec.life().first() == FirstProcess.PROGRAM && keeper.isEmpty() ? Optional.of(new Guard(program)) : Optional.empty();
    Data record = program.space("pid", 16);
    Label parent = program.label("parent");
    Label init = program.label("init");
    if (ranged()) {
      handover.open();
    }
    new ProcessShare(program, spec.process().traits(), spec.security(), hostProc).write();
    guard.ifPresent(Guard::prepare);
    program.purpose("create the container's namespaces");
    clone(record, guard.isPresent() ? Optional.of(guard.get().descriptor()) : Optional.empty());
    program.unlessEqual(record.value(), ZERO, parent);
    program.jump(init);
    program.place(parent);
    program.attempt(SystemCall.WRITE, Operand.of(Launcher.STATUS), record.address(), Operand.of(16)); // the JVM may be gone
    if (ranged()) {
      Label failed = program.label("not_mapped");
      Label gone = program.label("gone");
      handover.serve(ids.users(), ids.groups(), failed, gone);
      stay(guard, record);
      giveUp(program, failed, gone);
    } else {
      stay(guard, record);
    }
    program.place(init);
    if (groups.isPresent()) {
      program.actor("init");
      groups.get().join(ControlGroups.behind(files()), spec.namespaces());
      groups.get().close(files());
    }
  }

  private void stay(Optional<Guard> guard, Data pid) {
    guard.ifPresent(Guard::write);
    if (keeper.isPresent()) {
      keeper.get().write(pid, () -> {
        if (spec.namespaces().contains(Namespace.MOUNT)) {
          leaveMounts();
        }
      });
    }
    program.call(SystemCall.EXIT_GROUP, ZERO);
  }

  /** What stays has no mount but those of the container, so that it keeps the host from unmounting nothing else. */
  private void leaveMounts() {
    Operand here = program.string(".").address();
    Label stays = program.label("stays");
    program.callOr(stays, SystemCall.PIVOT_ROOT, here, here);
    program.attempt(SystemCall.UMOUNT2, here, Kernel.DETACH);
    program.place(stays);
  }

  private void clone(Data record, Optional<Data> pidfd) {
    long flags = (keeper.isPresent() ? 0 : Kernel.CLONE_PARENT) | Kernel.SIGCHLD | (pidfd.isPresent() ? Kernel.CLONE_PIDFD : 0);
    if (groups.isPresent()) {
      groups.get().clone(cloneFlags(groups.get().cloned(spec.namespaces())) | flags, record, pidfd, ControlGroups.behind(files()), Optional.empty());
    } else {
      program.callInto(record, SystemCall.CLONE, Kernel.cloneFlags(cloneFlags(spec.namespaces()) | flags),
          NULL, pidfd.isPresent() ? pidfd.get().address() : NULL, NULL, NULL);
    }
  }

  /** The flags of clone(2), where that of a time namespace would be part of a signal's number. */
  private static long cloneFlags(Set<Namespace> namespaces) {
    return namespaceFlags(namespaces) & ~Kernel.CLONE_NEWTIME;
  }

  /** The flags of unshare(2) and setns(2). */
  static long namespaceFlags(Set<Namespace> namespaces) {
    long flags = 0;
    for (Namespace namespace : namespaces) {
      flags |= switch (namespace) {
        case USER -> Kernel.CLONE_NEWUSER;
        case MOUNT -> Kernel.CLONE_NEWNS;
        case PID -> Kernel.CLONE_NEWPID;
        case NETWORK -> Kernel.CLONE_NEWNET;
        case IPC -> Kernel.CLONE_NEWIPC;
        case UTS -> Kernel.CLONE_NEWUTS;
        case CGROUP -> Kernel.CLONE_NEWCGROUP;
        case TIME -> Kernel.CLONE_NEWTIME;
      };
    }
    return flags;
  }

  /**
   * Makes the new root the root. What was copied from another user namespace is locked in place, and a locked mount
   * cannot become the root; so the tree is cloned once more: its top is free then, everything below stays locked.
   */
  private void enterRoot() {
    Operand here = program.string(".").address();
    Data root = program.variable("root");
    program.purpose("move into the new root");
    program.callInto(root, SystemCall.OPEN_TREE, CURRENT, here, Kernel.CLONE_TREE);
    program.call(SystemCall.MOVE_MOUNT, root.value(), program.string("").address(), CURRENT, here, Kernel.FROM_DESCRIPTOR);
    program.call(SystemCall.FCHDIR, root.value());
    pivot();
  }

  /** Makes the current directory, a mount, the root and drops the old one; see pivot_root(2), "pivot_root(".", ".")". */
  private void pivot() {
    Operand here = program.string(".").address();
    program.purpose("move into the new root");
    program.call(SystemCall.PIVOT_ROOT, here, here);
    program.call(SystemCall.UMOUNT2, here, Kernel.DETACH);
    program.call(SystemCall.CHDIR, program.string("/").address());
  }
}
