package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Containers;
import dev.carrel.api.environment.Installations;
import dev.carrel.api.environment.Installed;
import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generation.Chosen;
import dev.carrel.api.store.Generations;
import dev.carrel.api.store.PackageInfo;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
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

/** Changes profiles by what was asked for, and never by what that came to: a later resolution may come to something else. */
@Component
public final class ProfileInstaller implements Installations {
  /** So often may others change a profile while this one does. */
  private static final int ATTEMPTS = 20;

  private final Store store;
  private final Generations generations;
  private final Host host;
  private final Sources sources = new Sources();
  private final KnownBases bases = new KnownBases();
  private final AtomicReference<Containers> containers = new AtomicReference<>();

  @Activate
  public ProfileInstaller(@Reference Host host, @Reference Store store, @Reference Generations generations) {
    this.host = host;
    this.store = store;
    this.generations = generations;
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

  /** From what was asked for to what is asked for now. */
  private interface Change {
    List<Chosen> of(List<Chosen> before);
  }

  @Override
  public Installed install(
      ProfileName profile, List<PackageRequest> packages, Optional<String> source, boolean refresh, Scripts scripts, Progress progress) {
    for (PackageRequest request : packages) {
      if (request.part() == PackageRequest.Part.INPUTS) {
        throw CarrelException.usage("cannot install the " + request + " into the profile " + profile
            + ": a profile is of packages themselves. carrel environment " + request.of(PackageRequest.Part.ITSELF) + " has them");
      }
    }
    String chosen = sources.choose(source).name();
    return change(profile, refresh ? Lists.REFRESH : Lists.IF_MISSING, scripts, progress, before -> {
      List<Chosen> after = new ArrayList<>(before);
      for (PackageRequest said : packages) {
        PackageRequest request = Sources.bare(said, chosen);
        after.removeIf(one -> Sources.bare(one.request(), one.source()).name().equals(request.name()));
        after.add(new Chosen(request, chosen, ""));
      }
      return after;
    });
  }

  @Override
  public Installed remove(ProfileName profile, List<String> names, Scripts scripts, Progress progress) {
    requireProfile(profile);
    return change(profile, Lists.IF_MISSING, scripts, progress, before -> {
      List<Chosen> after = new ArrayList<>(before);
      for (String name : names) {
        if (!after.removeIf(one -> isNamed(one, name))) {
          throw CarrelException.usage("cannot remove " + name + " from the profile " + profile
              + ": it was not asked for there. carrel profile list shows what was");
        }
      }
      return after;
    });
  }

  private static boolean isNamed(Chosen one, String name) {
    PackageRequest bare = Sources.bare(one.request(), one.source());
    for (PackageRequest request : List.of(one.request(), bare, new PackageRequest(one.source() + ":" + bare.name(), bare.version()))) {
      if (request.name().equals(name) || request.toString().equals(name)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Installed upgrade(ProfileName profile, Scripts scripts, Progress progress) {
    requireProfile(profile);
    return change(profile, Lists.REFRESH, scripts, progress, before -> before);
  }

  private void requireProfile(ProfileName profile) {
    if (generations.current(profile).isEmpty()) {
      throw CarrelException.usage("there is no profile " + profile + ". carrel profile install --profile=" + profile + " PACKAGE makes it");
    }
  }

  /** Others may change the profile meanwhile: then it is done again, from what they made of it. */
  private Installed change(ProfileName profile, Lists lists, Scripts scripts, Progress progress, Change change) {
    Lists policy = lists;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Generation> before = generations.current(profile);
      List<Chosen> wanted = change.of(before.isPresent() ? before.get().packages() : List.of());
      List<Chosen> found = new ArrayList<>();
      List<String> notes = new ArrayList<>();
      StorePath made = make(wanted, policy, scripts, progress, found, notes);
      if (before.isPresent() && before.get().item().equals(made) && before.get().packages().equals(found)) {
        return new Installed(before.get(), notes);
      }
      Optional<Generation> after = generations.add(profile, before.isPresent() ? before.get().number() : 0, made, found, progress);
      if (after.isPresent()) {
        return new Installed(after.get(), notes);
      }
      policy = Lists.IF_MISSING; // the lists are new by now
    }
    throw CarrelException.failed("cannot change the profile " + profile + ": other processes change it all the time. Try again later");
  }

  private StorePath make(List<Chosen> wanted, Lists lists, Scripts scripts, Progress progress, List<Chosen> found, List<String> notes) {
    if (wanted.isEmpty()) {
      return profiles(sources.choose(Optional.empty()), progress, notes).empty();
    }
    List<PackageRequest> requests = new ArrayList<>();
    for (Chosen one : wanted) {
      if (!one.source().equals(wanted.get(0).source())) {
        throw CarrelException.usage("cannot make one profile of packages from " + wanted.get(0).source() + " and " + one.source()
            + ". Put " + one.request() + " into a profile of its own, with --profile=NAME");
      }
      requests.add(one.request());
    }
    PackageSource source = sources.choose(Optional.of(wanted.get(0).source()), requests);
    Profiles.Made made = profiles(source, progress, notes).make(requests, lists, scripts);
    for (Chosen one : wanted) {
      found.add(new Chosen(one.request(), one.source(), version(one.request().name(), made.resolution())));
    }
    return made.profile();
  }

  private Profiles profiles(PackageSource source, Progress progress, List<String> notes) {
    return new Profiles(store, source, new ConfiguredProfiles(containers, host, store, Optional.empty(), progress, notes), bases, progress);
  }

  private static String version(String name, Resolution resolution) {
    for (Resolved resolved : resolution.packages()) {
      if (name.equals(resolved.name()) || name.endsWith(":" + resolved.name())) {
        return resolved.version();
      }
    }
    return "";
  }

  @Override
  public List<PackageInfo> search(List<String> words, Optional<String> source, Progress progress) {
    return sources.choose(source).search(words, store, progress);
  }

  @Override
  public List<PackageInfo> show(List<String> names, Optional<String> source, Progress progress) {
    PackageSource chosen = sources.choose(source);
    List<PackageInfo> known = chosen.describe(names, store, progress);
    if (known.size() < names.size()) {
      List<String> unknown = new ArrayList<>(names);
      known.forEach(info -> unknown.remove(info.name()));
      throw CarrelException.usage("the package source " + chosen.name() + " has no package " + String.join(", ", unknown)
          + ". carrel profile search WORD finds names");
    }
    return known;
  }
}
