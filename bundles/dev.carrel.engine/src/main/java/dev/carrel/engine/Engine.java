package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Explanation;
import dev.carrel.api.container.Hooks;
import dev.carrel.api.container.Hooks.Hook;
import dev.carrel.api.event.ContainerListener;
import dev.carrel.api.host.Host;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.MountPlanner;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.api.resource.ResourceGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Starts containers with the services there are at that moment. A start finishes on those it began with; what it started
 * goes on when they, or this, go away.
 */
@Component(immediate = true, configurationPid = "dev.carrel.engine") // it remembers what runs: must not be thrown away between two uses
@Designate(ocd = EngineSettings.class)
public final class Engine implements Containers {
  private final Backends backends = new Backends();
  private final ConcurrentMap<String, StartedContainer> running = new ConcurrentHashMap<>();
  /** Those of the running and of the starting. */
  private final Set<String> ids = ConcurrentHashMap.newKeySet();

  private final Plans plans = new Plans();
  /** Absent where there are no services. */
  private final BundleContext context;
  private final Registry registry;
  private final Controllers controllers = new Controllers();
  private final Grouping grouping;
  private final Attaching attaching;
  /** Nothing until somebody listens: no class of that is loaded before. */
  private final AtomicReference<Listeners> listeners = new AtomicReference<>();

  @Activate
  public Engine(BundleContext context, @Reference Host host, Map<String, Object> properties) {
    this(context, new StateDirectory(System.getenv(), host), new Networks(new NetworkServices(context)));
    modified(properties);
  }

  /** Something else is configured: that counts for the next start. */
  @Modified
  void modified(Map<String, Object> properties) {
    backends.prefer(properties.get("backend"));
  }

  Engine(StateDirectory state, Networks networks) {
    this(null, state, networks);
  }

  private Engine(BundleContext context, StateDirectory state, Networks networks) {
    this.context = context;
    this.registry = new Registry(state, controllers);
    this.grouping = new Grouping(controllers, registry);
    this.attaching = new Attaching(networks);
  }

  /** Only a reference: a start without limits needs nothing of that. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addController(ServiceReference<ResourceController> reference) {
    controllers.add(reference, new Offer<>(context, reference));
  }

  void removeController(ServiceReference<ResourceController> reference) {
    controllers.remove(reference);
  }

  /** For who has no services. */
  void addController(ResourceController controller) {
    controllers.add(controller, () -> controller);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addListener(ServiceReference<ContainerListener> reference) {
    Listeners.of(listeners).add(context, reference);
  }

  void removeListener(ServiceReference<ContainerListener> reference) {
    Listeners.of(listeners).remove(reference);
  }

  /** Not the thing itself: who looks for a component's methods has the classes loaded that these return. */
  AtomicReference<Listeners> listeners() {
    return listeners;
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void setPlanner(MountPlanner present) {
    plans.set(present);
  }

  void unsetPlanner(MountPlanner gone) {
    plans.unset(gone);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addBackend(IsolationBackend backend, Map<String, Object> properties) {
    backends.add(backend, properties);
  }

  /** Its ranking may be another. */
  void updatedBackend(IsolationBackend backend, Map<String, Object> properties) {
    backends.add(backend, properties);
  }

  void removeBackend(IsolationBackend backend) {
    backends.remove(backend);
  }

  @Override
  public Container start(ContainerSpec spec) {
    Hooks hooks = spec.life().hooks();
    boolean held = isHeld(spec);
    StartedContainer container = launch(spec, held);
    if (held) {
      try {
        prepare(container, spec);
        container.start();
      } catch (Throwable failure) {
        abandon(container);
        throw failure;
      }
    } else if (!hooks.started().isEmpty()) {
      container.welcome();
    }
    return container;
  }

  /** Whether something is done for it between its making and the start of its program. */
  private static boolean isHeld(ContainerSpec spec) {
    return spec.network() instanceof NetworkSpec.Attached || !spec.life().hooks().created().isEmpty();
  }

  @Override
  public Container create(ContainerSpec spec) {
    StartedContainer container = launch(spec, true);
    try {
      prepare(container, spec);
    } catch (Throwable failure) {
      abandon(container);
      throw failure;
    }
    return container;
  }

  /** Everything is there but its program. Others see it only now: nobody may start that before the hooks have run. */
  private void prepare(StartedContainer container, ContainerSpec asked) {
    if (asked.network() instanceof NetworkSpec.Attached) {
      attaching.attach(container, asked);
    }
    container.hookRunner().created(container.spec().life().hooks().created());
    if (container.spec().life().detached()) {
      container.recordStart();
    }
  }

  private void abandon(StartedContainer container) {
    container.kill();
    container.recording().entry().ifPresent(registry::dismiss);
  }

  private StartedContainer launch(ContainerSpec asked, boolean held) {
    IsolationBackend backend = backends.choose(asked, held);
    ContainerSpec spec = asked.network() instanceof NetworkSpec.Attached ? attaching.prepare(asked) : withJoinedFiles(asked);
    MountPlan mounts = plans.plan(spec);
    String id = takeId();
    Recording recording = new Recording(registry, id, spec, mounts, backend.name(), held);
    Optional<ResourceGroup> group = Optional.empty();
    LaunchPlan plan;
    Running launched;
    try {
      if (spec.isGrouped()) {
        group = grouping.reserve(spec, recording);
      }
      recording.begin();
      if (group.isPresent()) {
        group = grouping.make(group.get(), spec, mounts);
      }
      plan = new LaunchPlan(id, spec, mounts, held, recording.directory(), birth(group));
      launched = backend.launch(plan);
    } catch (Throwable failure) {
      ids.remove(id);
      if (group.isPresent()) {
        group.get().remove();
      }
      recording.cancel();
      if (asked.network() instanceof NetworkSpec.Attached) {
        attaching.requireNetwork(asked, spec, failure);
      }
      throw failure;
    }
    StartedContainer container = new StartedContainer(plan, backend, launched, recording, group, listeners);
    running.put(id, container);
    launched.exit().whenComplete(new Departure(container));
    try {
      if (!held) {
        recording.started(launched);
        container.announceStart();
      }
    } catch (CarrelException e) {
      launched.kill();
      throw e;
    }
    return container;
  }

  private static Optional<GroupEntry> birth(Optional<ResourceGroup> group) {
    return group.isPresent() ? Optional.of(group.get().birth()) : Optional.empty();
  }

  private ContainerSpec withJoinedFiles(ContainerSpec spec) {
    return spec.network() == NetworkSpec.JOINED ? attaching.prepareJoined(spec, all()) : spec;
  }

  /** Forgets a container before anybody hears that it has ended. A class, as a first lambda costs a start-up 10 ms. */
  private final class Departure implements BiConsumer<ExitStatus, Throwable> {
    private final StartedContainer container;

    Departure(StartedContainer container) {
      this.container = container;
    }

    @Override
    public void accept(ExitStatus status, Throwable failure) {
      running.remove(container.id());
      ids.remove(container.id());
      List<Hook> all = container.spec().life().hooks().ended();
      List<Hook> hooks = container.spec().life().detached() ? List.of() : all; // a detached one's are run when it is forgotten
      boolean ports = attaching.ended(container);
      if (hooks.isEmpty() && !ports && !container.hasGroup()) {
        container.recording().ended(Optional.ofNullable(status), Optional.empty());
        container.ended(status, failure);
      } else {
        // Not on the thread that hears of all ends.
        new Thread(() -> {
          container.recording().ended(Optional.ofNullable(status), container.hasGroup() ? container.leaveGroup() : Optional.empty());
          if (ports) { // the host may want them back at once
            attaching.free(container);
          }
          if (!hooks.isEmpty()) {
            container.awaitWelcome();
            container.hookRunner().ended(hooks);
          }
          container.ended(status, failure);
        }, "carrel-end").start();
      }
    }
  }

  @Override
  public List<Container> list() {
    return new ArrayList<>(running.values());
  }

  @Override
  public List<ContainerHandle> all() {
    List<ContainerHandle> all = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (StartedContainer container : running.values()) {
      all.add(container);
      seen.add(container.id());
    }
    for (Entry entry : registry.entries()) {
      if (Registry.isLeftOver(entry)) {
        registry.forget(entry);
        continue;
      }
      if (entry.changing()) {
        Freezing.awaken(entry, controllers);
      }
      if (entry.hasStarted() && !seen.contains(entry.id())) {
        if (!entry.runs()) {
          release(entry);
        }
        all.add(new RecordedContainer(entry, backends, controllers, attaching));
      }
    }
    all.sort(Comparator.comparing(container -> container.info().started()));
    return all;
  }

  /** Nobody has seen yet that it has ended, or somebody could not do this. */
  private void release(Entry entry) {
    if (entry.hasPins()) {
      entry.pins().remove();
    }
    attaching.release(entry);
  }

  @Override
  public Optional<ContainerHandle> find(String idOrName) {
    List<ContainerHandle> beginning = new ArrayList<>();
    List<ContainerHandle> all = all();
    for (ContainerHandle container : all) {
      if (container.id().equals(idOrName) || container.info().name().equals(Optional.of(idOrName))) {
        return Optional.of(container);
      }
      if (!idOrName.isEmpty() && container.id().startsWith(idOrName)) {
        beginning.add(container);
      }
    }
    if (beginning.size() > 1) {
      throw CarrelException.usage("the ids of " + beginning.size() + " containers begin with '" + idOrName + "'. Give more of it");
    }
    return beginning.stream().findFirst();
  }

  @Override
  public void remove(ContainerHandle container) {
    if (container.info().state() != State.ENDED) {
      throw CarrelException.usage("cannot forget container " + container.id() + ": it runs. Stop it first: carrel stop " + container.id());
    }
    if (container instanceof RecordedContainer recorded) {
      registry.dismiss(recorded.entry());
    } else if (container instanceof StartedContainer started && started.recording().entry().isPresent()) {
      registry.dismiss(started.recording().entry().get());
    }
  }

  @Override
  public List<String> clean() {
    List<String> removed = new Cleaning(registry, backends, controllers).clean();
    removed.addAll(attaching.clean());
    return removed;
  }

  @Override
  public Explanation explain(ContainerSpec asked) {
    boolean held = isHeld(asked);
    IsolationBackend backend = backends.choose(asked, held);
    ContainerSpec spec = asked.network() instanceof NetworkSpec.Attached ? attaching.plan(asked) : withJoinedFiles(asked);
    MountPlan mounts = plans.plan(spec);
    Optional<Path> record = spec.life().detached() ? Optional.of(registry.directory("plan")) : Optional.empty();
    return new Explanation(backend.name(), mounts,
        backend.explain(new LaunchPlan("plan", spec, mounts, held, record, spec.isGrouped() ? Optional.of(grouping.plan(spec)) : Optional.empty())));
  }

  /** Eight hexadecimal digits, the first of them never 0, that no container of this engine has. */
  private String takeId() {
    while (true) {
      String id = Integer.toHexString(ThreadLocalRandom.current().nextInt() | 0x1000_0000);
      if (ids.add(id)) {
        return id;
      }
    }
  }
}
