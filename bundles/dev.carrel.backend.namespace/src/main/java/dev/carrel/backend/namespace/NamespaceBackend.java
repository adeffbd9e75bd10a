package dev.carrel.backend.namespace;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.host.Host;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Image;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.Launcher.Given;
import dev.carrel.linux.Launcher.Launch;
import dev.carrel.linux.machine.Instruction;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.seccomp.FilterCompiler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Carrel's own backend: user, mount, pid and other namespaces, made by the system-call machine. */
@Component(property = {IsolationBackend.NAME + "=namespace", "service.ranking:Integer=100"})
public final class NamespaceBackend implements IsolationBackend {
  /** How many specifications are kept ready: a server starts the same few again and again. */
  private static final int KEPT_STARTS = 32;

  private final Launcher launcher;
  private final Host host;
  private final Filters filters;
  private final UserNamespaces userNamespaces = new UserNamespaces();
  private final Map<Key, PreparedStart> starts = new LinkedHashMap<>(16, 0.75f, true);
  /** The first start, kept apart: hashing a record for the first time costs a command line 30 ms. */
  private Map.Entry<Key, PreparedStart> only;
  /** The last one, found again without comparing whole specifications. */
  private Map.Entry<Key, PreparedStart> last;
  private Account account;
  private volatile boolean stopped;

  /** What a prepared start depends on. */
  private record Key(ContainerSpec spec, MountPlan mounts, boolean held, int groups) {
    static Key of(LaunchPlan plan) {
      return new Key(plan.spec(), plan.mounts(), plan.held(), plan.group().isPresent() ? shape(plan.group().get()) : 0);
    }

    /** How many control groups there are, and of which kind: where they are is said at each start. */
    private static int shape(GroupEntry group) {
      return 2 * group.joined().size() + (group.born().isPresent() ? 1 : 0);
    }
  }

  @Activate
  public NamespaceBackend(
      BundleContext context, @Reference Launcher launcher, @Reference Host host, @Reference FilterCompiler compiler) {
    this(launcher, host, compiler, prepared(context.getProperty("carrel.java")));
  }

  /** @param prepared the directory with what a distribution has prepared for the Java that runs */
  NamespaceBackend(Launcher launcher, Host host, FilterCompiler compiler, Optional<Path> prepared) {
    this.launcher = launcher;
    this.host = host;
    this.filters = new Filters(compiler, prepared.isPresent() ? Optional.of(prepared.get().resolve("standard.filter")) : Optional.empty());
  }

  private static Optional<Path> prepared(String directory) {
    return directory == null ? Optional.empty() : Optional.of(Path.of(directory));
  }

  @Deactivate
  void deactivate() {
    synchronized (starts) {
      stopped = true;
      if (only != null) {
        only.getValue().close();
      }
      starts.values().forEach(PreparedStart::close);
      starts.clear();
      last = null;
    }
  }

  @Override
  public String name() {
    return "namespace";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.allOf(Feature.class);
  }

  @Override
  public Optional<String> unavailable() {
    return userNamespaces.forbidden();
  }

  /** A process that is joined can end, and another can have its pid: nothing of it is kept. */
  private Running launchJoining(LaunchPlan plan) throws LaunchFailure {
    Account joining = account().root() ? account() : JoinedIds.of(account(), plan.spec().joins().get(0).source());
    try (Image image = launcher.image(SetupProgram.start(plan, joining, filters.of(plan.spec().security())))) {
      return launcher.launch(new Launch(
          image, PreparedStart.given(plan, joining), Optional.empty(), PreparedStart.outer(plan, joining)));
    }
  }

  @Override
  public Running launch(LaunchPlan plan) {
    check(plan);
    try {
      if (!plan.spec().joins().isEmpty()) {
        return launchJoining(plan);
      }
      while (true) {
        try {
          return prepared(plan).start(plan);
        } catch (IllegalStateException closed) {
          if (stopped) {
            throw CarrelException.unavailable("cannot start a container: the bundle dev.carrel.backend.namespace was stopped"
                + " meanwhile. Start it again, or choose another backend");
          }
          // It fell out of the cache between being found and being started: prepare it again.
        }
      }
    } catch (LaunchFailure failure) {
      throw failures(plan.spec().process(), Inside.of(plan.spec())).explain(failure);
    }
  }

  private Failures failures(ProcessSpec process, Inside inside) {
    return new Failures(process, inside, account().root(), userNamespaces);
  }

  private void check(LaunchPlan plan) {
    ContainerSpec spec = plan.spec();
    if (!spec.namespaces().contains(Namespace.USER) && !account().root()) {
      throw CarrelException.usage("cannot start a container without a user namespace of its own:"
          + " only root may make the other namespaces without one");
    }
    if (plan.held() && spec.life().detached() && CallListeners.wanted(spec.security())) {
      throw CarrelException.usage("cannot create a detached container whose filter tells of system calls (SCMP_ACT_NOTIFY): the listener is made"
          + " when its program starts, and this process may be gone by then. Start it at once");
    }
    if (spec.life().restart().attempts() > 0 && CallListeners.wanted(spec.security())) {
      throw CarrelException.usage("cannot restart a container whose filter tells of system calls (SCMP_ACT_NOTIFY): each start has a listener of its"
          + " own, and nobody may be there to hand it over. Leave out --restart");
    }
    if (spec.identity().ranged() && !spec.joins().isEmpty() && !account().root()) {
      throw CarrelException.usage("cannot join another container's namespaces with more than one id: only root may map ids in the user"
          + " namespace they belong to. Use --ids=1");
    }
  }

  private PreparedStart prepared(LaunchPlan plan) {
    Key key = Key.of(plan);
    synchronized (starts) {
      if (stopped) {
        throw new IllegalStateException("stopped");
      }
      if (last != null && last.getKey().spec() == key.spec() && last.getKey().mounts() == key.mounts()
          && last.getKey().held() == key.held() && last.getKey().groups() == key.groups()) {
        return last.getValue();
      }
      if (only == null && starts.isEmpty()) {
        only = Map.entry(key, new PreparedStart(launcher, account(), filters, plan));
        return only.getValue();
      }
      if (only != null) {
        starts.put(only.getKey(), only.getValue());
        only = null;
      }
      if (last != null) {
        starts.get(last.getKey()); // used all the time: the order of the map has to know
      }
      PreparedStart known = starts.get(key);
      if (known == null) {
        known = new PreparedStart(launcher, account(), filters, plan);
        starts.put(key, known);
        if (starts.size() > KEPT_STARTS) {
          var eldest = starts.entrySet().iterator();
          eldest.next().getValue().close();
          eldest.remove();
        }
      }
      last = Map.entry(key, known);
      return known;
    }
  }

  private Account account() {
    synchronized (starts) {
      if (account == null) {
        long uid = host.account().uid();
        long gid = host.account().gid();
        account = new Account(uid, gid, host.administers(), userNamespaces.setsGroups(), uid, gid);
      }
      return account;
    }
  }

  @Override
  public Optional<Running> adopt(ContainerRecord record) {
    return launcher.adopt(record.pid(), record.startTime(), record.directory().resolve(ContainerRecord.EXIT));
  }

  @Override
  public void proceed(Running running, Inside inside, ProcessSpec process, Optional<Path> record) {
    try {
      launcher.proceed(running, record.isPresent() ? Optional.of(record.get().resolve(ContainerRecord.START)) : record);
    } catch (LaunchFailure failure) {
      throw failures(process, inside).explain(failure);
    }
  }

  @Override
  public Running enter(String id, Running running, Inside inside, Optional<GroupEntry> group, ProcessSpec process) {
    Program program = EnterProgram.of(inside, group, process, account(), filters.of(inside.security()));
    try (Image image = launcher.image(program)) {
      Given given = new Given(
          process.stdio(), List.of(), group, MappedIds.owner(inside.identity(), account().root()), PreparedStart.listener(id, inside.security()));
      return launcher.launch(new Launch(image, given, Optional.of(running), Optional.empty()));
    } catch (LaunchFailure failure) {
      throw failures(process, inside).explain(failure);
    }
  }

  @Override
  public void mount(Running running, Inside inside, List<Mount.Bind> mounts) {
    if (inside.security().capabilities().contains(Capability.SYS_ADMIN)) {
      throw CarrelException.usage("cannot mount anything in a container that keeps SYS_ADMIN: what is mounted later could be made writable inside");
    }
    try (Image image = launcher.image(MountProgram.of(inside, mounts, account()))) {
      Given given = new Given(Stdio.discard(), List.of(), Optional.empty(), Optional.empty(), Optional.empty());
      launcher.launch(new Launch(image, given, Optional.of(running), Optional.empty())).exit().join();
    } catch (LaunchFailure failure) {
      throw CarrelException.failed("cannot mount anything in a container that runs: " + failure.getMessage(), failure);
    }
  }

  @Override
  public List<Step> explain(LaunchPlan plan) {
    check(plan);
    Program program = SetupProgram.start(plan, account(), filters.of(plan.spec().security()));
    List<Step> steps = new ArrayList<>(program.instructions().size() + 8);
    steps.add(new Step("jvm", "memfd_create(\"carrel\", MFD_CLOEXEC|MFD_ALLOW_SEALING|MFD_EXEC) = image"));
    steps.add(new Step("jvm", "fcntl(image, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE)"));
    steps.add(new Step("jvm", "pipe2(status, O_CLOEXEC)"));
    steps.add(new Step("jvm", "socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, control)"));
    steps.add(new Step("jvm", "posix_spawn(\"/proc/self/fd/<image>\", [\"carrel\"], [], {3: status, 4: control})"));
    for (Instruction instruction : program.instructions()) {
      steps.add(new Step(instruction.actor(), instruction.toString()));
    }
    steps.add(new Step("jvm", "pidfd_open(pid, 0)"));
    return steps;
  }
}
