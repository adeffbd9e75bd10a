package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.Life;
import dev.carrel.api.environment.Lock;
import dev.carrel.api.environment.Locks;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.HostStore;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Makes locks by making the profile once: only then its hash is known. */
@Component
public final class PackageLocks implements Locks {
  private final Host host;
  private final Store store;
  private final Sources sources = new Sources();
  private final AtomicReference<Containers> containers = new AtomicReference<>();

  @Activate
  public PackageLocks(@Reference Host host, @Reference Store store) {
    this.host = host;
    this.store = store;
  }

  /** Those in which packages are configured. */
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
  void addHostStore(HostStore present) {
    sources.add(present);
  }

  void removeHostStore(HostStore gone) {
    sources.remove(gone);
  }

  @Override
  public Made make(Software.Packages wanted, Optional<Lock> before, Predicate<String> newer, Progress progress) {
    List<String> notes = new ArrayList<>();
    ConfiguredProfiles setup = new ConfiguredProfiles(containers, host, store, Optional.empty(), progress, notes);
    MixedPackages packages = new MixedPackages(store, sources, setup, progress);
    MixedPackages.Parted parted = packages.part(wanted);
    List<Lock.Elsewhere> elsewhere = elsewhere(wanted, packages, parted, before, newer);
    List<Lock.Locked> locked = new ArrayList<>();
    Optional<Lock.Tree> tree = Optional.empty();
    if (!parted.plain().isEmpty()) {
      PackageSource source = sources.choose(parted.plainSource(), parted.plain());
      Profiles profiles = new Profiles(store, source, setup, progress);
      Profiles.Made made = profiles.make(resolve(source, parted.plain(), wanted.refresh(), before, newer, progress), wanted.scripts());
      for (Map.Entry<String, List<Resolved>> part : parts(source, made.resolution()).entrySet()) {
        for (Resolved resolved : part.getValue()) {
          locked.add(new Lock.Locked(part.getKey(), resolved, store.hash(resolved.item())));
        }
      }
      tree = Optional.of(new Lock.Tree(made.profile(), store.hash(made.profile())));
    }
    return new Made(new Lock(System.getProperty("os.arch"), Lock.Request.of(wanted), tree, locked, elsewhere), notes);
  }

  private static Map<String, List<Resolved>> parts(PackageSource source, Resolution resolution) {
    return source instanceof CombinedSource combined ? combined.parts(resolution) : Map.of(source.name(), resolution.packages());
  }

  /** With the versions there were, where that is possible: at least of what is named, or else of nothing. */
  private Resolution resolve(PackageSource source, List<PackageRequest> wanted, boolean refresh, Optional<Lock> before, Predicate<String> newer,
      Progress progress) {
    Lists lists = refresh ? Lists.REFRESH : Lists.IF_MISSING;
    if (before.isEmpty()) {
      return source.resolve(wanted, store, lists, progress);
    }
    Set<String> named = new HashSet<>();
    wanted.forEach(request -> named.add(request.name()));
    try {
      return source.resolve(wanted, versions(before.get(), newer.negate()), store, lists, progress);
    } catch (CarrelException e) {
      // A newer package may need others that are newer.
      return source.resolve(wanted, versions(before.get(), newer.negate().and(named::contains)), store, Lists.IF_MISSING, progress);
    }
  }

  private static List<PackageRequest> versions(Lock lock, Predicate<String> kept) {
    List<PackageRequest> versions = new ArrayList<>();
    for (Lock.Locked one : lock.packages()) {
      if (kept.test(one.resolved().name())) {
        versions.add(new PackageRequest(one.resolved().name(), Optional.of(one.resolved().version())));
      }
    }
    return versions;
  }

  private List<Lock.Elsewhere> elsewhere(Software.Packages wanted, MixedPackages packages, MixedPackages.Parted parted, Optional<Lock> before,
      Predicate<String> newer) {
    List<Lock.Elsewhere> elsewhere = new ArrayList<>();
    for (Map.Entry<HostStore, List<PackageRequest>> entry : parted.elsewhere().entrySet()) {
      for (PackageRequest request : entry.getValue()) {
        Optional<Path> kept = newer.test(request.name()) ? Optional.empty() : known(before, entry.getKey(), request);
        Path item = kept.isPresent() ? kept.get()
            : entry.getKey().resolve(List.of(request), wanted.build(), Progress.silent()).packages().get(0);
        elsewhere.add(new Lock.Elsewhere(request.toString(), entry.getKey().name(), item));
      }
    }
    return elsewhere; // in the order of the request, which is that of PATH
  }

  private static Optional<Path> known(Optional<Lock> before, HostStore store, PackageRequest request) {
    if (before.isPresent()) {
      for (Lock.Elsewhere one : before.get().elsewhere()) {
        if (one.store().equals(store.name()) && one.request().equals(request.toString()) && store.holds(one.item())) {
          return Optional.of(one.item());
        }
      }
    }
    return Optional.empty();
  }
}
