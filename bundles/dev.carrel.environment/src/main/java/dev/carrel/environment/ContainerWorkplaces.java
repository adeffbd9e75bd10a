package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.environment.SearchPaths;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.host.Host;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.store.HostStore;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Puts together software, directories, user and variables into a container's specification. */
@Component
public final class ContainerWorkplaces implements Workplaces {
  private final Host host;
  private final Sources sources = new Sources();
  private final KnownBases bases = new KnownBases();

  private final AtomicReference<Store> store = new AtomicReference<>();
  private final AtomicReference<Containers> containers = new AtomicReference<>();

  @Activate
  public ContainerWorkplaces(@Reference Host host) {
    this.host = host;
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void setStore(Store present) {
    store.set(present);
  }

  /** When one replaces another, the new one is set before the old one goes. */
  void unsetStore(Store gone) {
    store.compareAndSet(gone, null);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void setContainers(Containers present) {
    containers.set(present);
  }

  void unsetContainers(Containers gone) {
    containers.compareAndSet(gone, null);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addSource(PackageSource source, Map<String, Object> properties) {
    sources.add(source, properties);
  }

  /** Its ranking may be another. */
  void updatedSource(PackageSource source, Map<String, Object> properties) {
    sources.add(source, properties);
  }

  void removeSource(PackageSource source) {
    sources.remove(source);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addHostStore(HostStore store) {
    sources.add(store);
  }

  void removeHostStore(HostStore store) {
    sources.remove(store);
  }

  @Override
  public Workplace prepare(WorkplaceRequest request, Progress progress) {
    return make(request, progress, true);
  }

  @Override
  public Workplace plan(WorkplaceRequest request, Progress progress) {
    return make(request, progress, false);
  }

  @Override
  public SearchPaths searchPaths(WorkplaceRequest request, Progress progress) {
    List<String> notes = new ArrayList<>();
    Provision provision = provide(request, progress, true, notes);
    if (!provision.closure().isEmpty()) {
      presentStore().hold(provision.closure());
    }
    return HostPaths.of(provision, notes);
  }

  private Provision provide(WorkplaceRequest request, Progress progress, boolean realize, List<String> notes) {
    if (request.software() instanceof Software.Packages packages) {
      Optional<Path> root = request.root().isPresent() ? Optional.of(request.directory().resolve(request.root().get())) : request.root();
      Store present = presentStore();
      ConfiguredProfiles setup = new ConfiguredProfiles(containers, host, present, request.backend(), progress, notes);
      return sources.arePlain(packages)
          ? new Profiles(present, sources.choose(packages.source(), packages.packages()), setup, bases, progress).provide(packages, root, realize)
          : new MixedPackages(present, sources, setup, progress).provide(packages, request.life(), root, realize);
    } else if (request.software() instanceof Software.Locked locked) {
      Optional<Path> root = request.root().isPresent() ? Optional.of(request.directory().resolve(request.root().get())) : request.root();
      ConfiguredProfiles setup = new ConfiguredProfiles(containers, host, presentStore(), request.backend(), progress, notes);
      return new LockedPackages(presentStore(), sources, setup, progress, notes).provide(locked, request.life(), root, realize);
    } else if (request.software() instanceof Software.ExistingProfile existing) {
      return Profiles.existing(existing.profile(), request.directory());
    } else if (request.software() instanceof Software.NamedProfile named) {
      return Profiles.named(presentStore(), named.profile());
    }
    return Provision.none();
  }

  private Workplace make(WorkplaceRequest request, Progress progress, boolean realize) {
    // What the user got wrong is told before anything is downloaded.
    Resident resident = Resident.of(host, request.user(), request.ids());
    Identity identity = new Identities(host, resident.account()).of(request);
    List<String> notes = new ArrayList<>();
    Directories directories = new Directories(request, resident, notes);
    List<Mapping> mappings = directories.mappings();
    Provision provision = provide(request, progress, realize, notes);
    Life life = request.life();
    if (provision.elsewhere().isPresent()) {
      life = life.withPins(provision.elsewhere().get().pins());
      notes.addAll(provision.elsewhere().get().notes());
    }
    List<Mount> base = new ArrayList<>(40);
    List<Path> targets = directories.targets(mappings);
    LinkedProfile linked = request.links().isEmpty() ? null : new LinkedProfile(request, resident, provision, realize);
    if (linked != null) {
      linked.checkHome(targets);
      targets.addAll(linked.places());
    }
    SoftwareTree software = new SoftwareTree(request.software(), provision, targets);
    base.addAll(software.mounts());
    base.addAll(new PrivateFiles(resident, host, request, provision.profile(), software.shell()).mounts());
    if (directories.workingDirectory().isPresent()) {
      base.add(directories.workingDirectory().get());
    }
    List<Mount> wanted = request.mounts();
    if (linked != null) {
      wanted = linked.addTo(base);
    }
    Conflicts.check(base, wanted);
    base.addAll(directories.mounts(mappings, wanted));
    Path start = request.namespaces().contains(Namespace.MOUNT) ? directories.start() : request.directory();
    boolean ownRoot = request.namespaces().contains(Namespace.MOUNT);
    if (!ownRoot) {
      refuseMounts(request);
    }
    Environment environment = new Environment(request, resident, provision, software.shell());
    RootSpec root = ownRoot ? new RootSpec(base, mappings, request.writableRoot(), request.protection()) : new RootSpec(List.of(), List.of(), true);
    try {
      ProcessSpec process = new ProcessSpec(
          environment.command(), environment.variables(start), start, request.stdio(), request.traits());
      ContainerSpec spec = new ContainerSpec(process, request.namespaces(), request.joins(), request.clockOffset(), identity,
          request.hostname(), request.sysctls(), root, request.network(), request.security(), life, request.backend());
      return new Workplace(spec, provision.profile(), provision.closure(), provision.resolution(), provision.missing(), notes);
    } catch (IllegalArgumentException e) {
      throw CarrelException.usage("cannot start such a container: " + e.getMessage());
    }
  }

  /** Nothing is mounted where there is no mount namespace; and nothing is silently ignored. */
  private static void refuseMounts(WorkplaceRequest request) {
    if (!(request.software() instanceof Software.HostSystem) || !request.mappings().isEmpty() || !request.mounts().isEmpty() || request.writableRoot() || request.user().isPresent()
        || !request.protection().isEmpty()) {
      throw CarrelException.usage("cannot mount anything in a container without a mount namespace of its own: it sees the host's files."
          + " Leave out packages, --expose, --share, --mount, --symlink, --mask, --read-only, --user and --writable-root, or add mnt to --namespaces");
    }
  }

  private Store presentStore() {
    Store present = store.get();
    if (present == null) {
      throw CarrelException.unavailable("no store available: start the bundle dev.carrel.store, which offers one");
    }
    return present;
  }
}
