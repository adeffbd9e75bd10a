package dev.carrel.backend.namespace;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.host.Host;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.linux.Image;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.Launcher.Given;
import dev.carrel.linux.Launcher.Launch;
import dev.carrel.linux.ToolFailure;
import dev.carrel.linux.machine.Instruction;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.seccomp.FilterCompiler;
import dev.carrel.linux.seccomp.FilterPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this backend can do for another one that has a tool make namespaces and mounts: everything else. The first process is the same as
 * ever, and so are its streams, terminal, output, restarts and end, how its program is confined, and how others enter. The other backend's
 * bundle has a copy of this package of its own, as no bundle of a backend exports anything.
 */
public final class ToolBackend {
  private final Launcher launcher;
  private final Host host;
  private final Filters filters;
  private final UserNamespaces userNamespaces = new UserNamespaces();
  private Account account;

  /**
   * What a tool is to do.
   *
   * @param arguments those that lead to the program inside, which it executes as PID 1
   * @param data the contents of files that they name by descriptors, from {@link #descriptor} of 0 on
   */
  public record Command(List<String> arguments, List<byte[]> data) {
    public Command {
      arguments = List.copyOf(arguments);
      data = List.copyOf(data);
    }
  }

  /** What a tool is to see of the host's control groups. */
  public enum ControlGroupsOfTool {
    /** All of them. */
    AS_THEY_ARE,
    /** All, but it can make none. */
    READ_ONLY,
    /** That there are none. */
    HIDDEN
  }

  /**
   * What a runtime of the OCI is to do. It knows the commands create and start, and the options --root, --bundle and --preserve-fds.
   *
   * @param runtime its path
   * @param options more of them
   * @param createOptions more of its command create
   * @param configuration the bundle's config.json
   * @param controlGroups how it is kept from making any beside those that the container may have from Carrel
   * @param ownOffsets whether it does not go by the offset of a file that is one of the container's streams: it is given a pipe then
   */
  public record Bundle(Path runtime, List<String> options, List<String> createOptions, String configuration, ControlGroupsOfTool controlGroups,
      boolean ownOffsets) {
    public Bundle {
      options = List.copyOf(options);
      createOptions = List.copyOf(createOptions);
    }

    /** Those streams that are files and for which it is given pipes. */
    FileStreams files(Stdio stdio) {
      return ownOffsets ? FileStreams.of(stdio) : FileStreams.NONE;
    }

    List<String> words(String command, List<String> more, String state, String id) {
      List<String> words = new ArrayList<>(List.of(runtime.toString(), "--root", state));
      words.addAll(options);
      words.add(command);
      words.addAll(command.equals("create") ? createOptions : List.of());
      words.addAll(more);
      words.add(id);
      return words;
    }
  }

  /** What shows a container's own namespaces, which its runtime mounts. */
  public static List<Mount> views(LaunchPlan plan) {
    return BundleTree.of(plan.mounts()).views();
  }

  /** What the runtime mounts in the directory of devices, by where it finds that. */
  public static Map<Path, Mount.Bind> inDevices(LaunchPlan plan) {
    Map<Path, Mount.Bind> found = new LinkedHashMap<>();
    for (Mount.Bind bind : BundleTree.of(plan.mounts()).inDevices()) {
      found.put(BundleTree.source(found.size()), bind);
    }
    return found;
  }

  /** What a container's filters of system calls do, in the order in which they come into force. */
  public static List<FilterPolicy> filters(Security security) {
    return Filters.policies(security);
  }

  /** The program that the runtime executes. */
  public static String firstProgram() {
    return "/proc/self/fd/" + BundlePrograms.IMAGE;
  }

  /** On these services. */
  public ToolBackend(Launcher launcher, Host host, FilterCompiler compiler) {
    this.launcher = launcher;
    this.host = host;
    this.filters = new Filters(compiler, Optional.empty());
  }

  /** The number of the descriptor with some data of a command. */
  public static int descriptor(int data) {
    return ToolPrograms.DATA + data;
  }

  /** Why nobody here can make a user namespace, and what to do; empty if nothing speaks against it. */
  public Optional<String> unavailable() {
    return userNamespaces.forbidden();
  }

  /** The program that the JVM starts, and the one that the tool executes. */
  private record Programs(Program around, Program inside) {}

  private Programs programs(LaunchPlan plan, Path tool, Command command) {
    Program inside = ToolPrograms.inside(plan, account(), filters.of(plan.spec().security()));
    return new Programs(ToolPrograms.around(plan, account(), command, ToolPrograms.words(tool), inside), inside);
  }

  private Programs programs(LaunchPlan plan, Bundle bundle) {
    Program inside = BundleInside.of(plan, account(), filters.of(plan.spec().security()));
    return new Programs(BundlePrograms.around(plan, account(), bundle, inside), inside);
  }

  /**
   * Starts a container through a tool.
   *
   * @param tool the path of the tool
   * @throws CarrelException if that failed; nothing is left then
   */
  public Running launch(LaunchPlan plan, Path tool, Command command) {
    return launch(plan, tool, programs(plan, tool, command));
  }

  /**
   * Starts a container through a runtime of the OCI.
   *
   * @throws CarrelException if that failed; nothing is left then
   */
  public Running launch(LaunchPlan plan, Bundle bundle) {
    return launch(plan, bundle.runtime(), programs(plan, bundle));
  }

  /** Where the program is in a bundle that a runtime executes by itself. */
  public static String init() {
    return BundlePrograms.INIT;
  }

  /**
   * The runtime that a container was started with by {@link #launchAlone}.
   *
   * @throws CarrelException if it has ended
   */
  public static Path runtimeOf(Running running) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + running.process().pid() + "/root" + BundlePrograms.LINK));
    } catch (IOException e) {
      throw CarrelException.failed("cannot enter a container: it has ended. carrel list shows those that run", e);
    }
  }

  /** Where the container has it, in its directory of devices. */
  public static Path init(Path devices) {
    return devices.resolve(BundlePrograms.INIT_INSIDE);
  }

  /** Whether it has interfaces to networks: its network namespace is then one that is made before the runtime is started alone. */
  public static boolean isAttached(ContainerSpec spec) {
    return spec.network() instanceof NetworkSpec.Attached;
  }

  private Programs alone(LaunchPlan plan, Bundle bundle) {
    Program inside = RuntimeInit.of(plan.spec().process());
    return new Programs(BundlePrograms.alone(plan, account(), bundle, inside), inside);
  }

  /**
   * Starts a container by the commands of a runtime of the OCI alone: what is around it is Carrel's, and nothing inside but what starts the program and
   * reaps. What is held is the process around it, to which a signal is sent that the container is to get.
   *
   * @throws CarrelException if that failed; nothing is left then
   */
  public Running launchAlone(LaunchPlan plan, Bundle bundle) {
    try (Image image = launcher.image(alone(plan, bundle).around())) {
      return launcher.launch(new Launch(image, PreparedStart.given(plan, account()), Optional.empty(), Optional.empty()));
    } catch (LaunchFailure failure) {
      throw failedAlone(failure, plan.spec().process(), Inside.of(plan.spec()));
    }
  }

  private CarrelException failedAlone(LaunchFailure failure, ProcessSpec process, Inside inside) {
    String purpose = failure.failed().purpose();
    return purpose.startsWith(RuntimeStart.ASK)
        ? CarrelException.failed("cannot " + purpose + ": see what it has said on standard error" + advice(), failure)
        : failures(process, inside).explain(failure);
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#proceed}. */
  public void proceedAlone(Running running, Inside inside, ProcessSpec process, Optional<Path> record) {
    try {
      launcher.proceed(running, record.isPresent() ? Optional.of(record.get().resolve(ContainerRecord.START)) : record);
    } catch (LaunchFailure failure) {
      throw failedAlone(failure, process, inside);
    }
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#explain}. */
  public List<Step> explainAlone(LaunchPlan plan, Bundle bundle) {
    return explain(alone(plan, bundle));
  }

  /**
   * Starts another program in a container by a runtime's command exec.
   *
   * @param bundle of that container, of which the configuration is not needed
   * @param object the program, as the runtime reads it
   */
  public Running enterAlone(String id, Running running, Bundle bundle, Optional<GroupEntry> group, String object, ProcessSpec process) {
    try (Image image = launcher.image(RuntimeEnter.of(id, bundle, group, object, bundle.files(process.stdio())))) {
      Given given = new Given(process.stdio(), List.of(), group, Optional.empty(), Optional.empty());
      return launcher.launch(new Launch(image, given, Optional.of(running), Optional.empty()));
    } catch (LaunchFailure failure) {
      throw Failures.other(failure, "");
    }
  }

  private Running launch(LaunchPlan plan, Path tool, Programs programs) {
    try (Image image = launcher.image(programs.around())) {
      return launcher.launchThrough(image, programs.inside(), PreparedStart.given(plan, account()));
    } catch (ToolFailure failure) {
      String said = failure.said().isEmpty() ? "it was killed" : failure.said().replace('\n', ' ');
      throw CarrelException.failed("cannot start a container: " + tool + " failed: " + said + advice(), failure);
    } catch (LaunchFailure failure) {
      throw failure.failed().purpose().startsWith(ToolPrograms.EXECUTE) ? Failures.other(failure, ". Install it again")
          : failures(plan.spec().process(), Inside.of(plan.spec())).explain(failure);
    }
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#explain}. */
  public List<Step> explain(LaunchPlan plan, Path tool, Command command) {
    return explain(programs(plan, tool, command));
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#explain}. */
  public List<Step> explain(LaunchPlan plan, Bundle bundle) {
    return explain(programs(plan, bundle));
  }

  private static List<Step> explain(Programs programs) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step("jvm", "posix_spawn(\"/proc/self/fd/<image>\", [\"carrel\"], [], {3: status, 4: control})"));
    for (Instruction instruction : programs.around().instructions()) {
      steps.add(new Step(instruction.actor(), instruction.toString()));
    }
    for (Instruction instruction : programs.inside().instructions()) {
      steps.add(new Step(instruction.actor(), instruction.toString()));
    }
    return steps;
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#adopt}. */
  public Optional<Running> adopt(ContainerRecord record) {
    return launcher.adopt(record.pid(), record.startTime(), record.directory().resolve(ContainerRecord.EXIT));
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#proceed}. */
  public void proceed(Running running, Inside inside, ProcessSpec process, Optional<Path> record) {
    try {
      launcher.proceed(running, record.isPresent() ? Optional.of(record.get().resolve(ContainerRecord.START)) : record);
    } catch (LaunchFailure failure) {
      throw failures(process, inside).explain(failure);
    }
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#enter}. */
  public Running enter(String id, Running running, Inside inside, Optional<GroupEntry> group, ProcessSpec process) {
    Program program = EnterProgram.of(inside, group, process, account(), filters.of(inside.security()));
    try (Image image = launcher.image(program)) {
      Given given = new Given(process.stdio(), List.of(), group, Optional.empty(), PreparedStart.listener(id, inside.security()));
      return launcher.launch(new Launch(image, given, Optional.of(running), Optional.empty()));
    } catch (LaunchFailure failure) {
      throw failures(process, inside).explain(failure);
    }
  }

  private synchronized Account account() {
    if (account == null) {
      long uid = host.account().uid();
      long gid = host.account().gid();
      account = new Account(uid, gid, host.administers(), userNamespaces.setsGroups(), uid, gid);
    }
    return account;
  }

  private Failures failures(ProcessSpec process, Inside inside) {
    return new Failures(process, inside, account().root(), userNamespaces);
  }

  private String advice() {
    Optional<String> reason = account().root() ? userNamespaces.forbidden() : userNamespaces.forbiddenToUsers();
    return reason.isPresent() ? ". Maybe as " + reason.get() : ". carrel run without --backend starts it by Carrel's own means";
  }
}
