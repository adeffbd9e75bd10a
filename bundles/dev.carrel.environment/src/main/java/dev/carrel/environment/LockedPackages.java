package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Life;
import dev.carrel.api.environment.Lock;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Packages exactly as a lock says. Where what it comes to is known, the lock is not even read. */
final class LockedPackages {
  /** Changes whenever what is made from the same lock changes. */
  private static final String FORMAT = "locked-1";

  private final Store store;
  private final Sources sources;
  private final Profiles.Setup setup;
  private final Progress progress;
  private final List<String> notes;

  /** @param notes is told where the profile is another than was locked */
  LockedPackages(Store store, Sources sources, Profiles.Setup setup, Progress progress, List<String> notes) {
    this.store = store;
    this.sources = sources;
    this.setup = setup;
    this.progress = progress;
    this.notes = notes;
  }

  /** Provides packages; see {@link MixedPackages#provide}. */
  Provision provide(Software.Locked locked, Life life, Optional<Path> root, boolean realize) {
    refuseMeaningless(locked);
    boolean plain = sources.arePlain(locked.wanted());
    if (plain) {
      Optional<StorePath> known = store.recall(key(locked));
      if (known.isPresent()) {
        return Profiles.known(store, known.get(), root, realize);
      }
    }
    Lock lock = locked.lock().read();
    Optional<Elsewhere> elsewhere = elsewhere(locked, lock, life, root, realize);
    if (lock.profile().isEmpty()) {
      return Provision.none().with(elsewhere.orElseThrow(() -> CarrelException.usage(locked.lock().name() + " has no package. Make it anew with carrel lock")));
    }
    Optional<StorePath> known = plain ? Optional.empty() : store.recall(key(locked));
    Provision provision = known.isPresent() ? Profiles.known(store, known.get(), root, realize) : profile(locked, lock, root, realize);
    return elsewhere.isPresent() ? provision.with(elsewhere.get()) : provision;
  }

  private static void refuseMeaningless(Software.Locked locked) {
    if (locked.wanted().refresh()) {
      throw CarrelException.usage("--refresh is about finding packages, and " + locked.lock().name() + " says exactly which: leave it out, or have"
          + " newer ones with carrel lock --update");
    }
  }

  /** With what is done to packages: another Carrel may do something else. */
  private String key(Software.Locked locked) {
    StringBuilder text = new StringBuilder(FORMAT).append('\0').append(locked.lock().digest()).append('\0').append(Profiles.format());
    for (String format : sources.formats()) {
      text.append('\0').append(format);
    }
    // What it was compared with when it was read.
    Lock.Request request = Lock.Request.of(locked.wanted());
    text.append('\0').append(request.scripts()).append(' ').append(locked.wanted().scripts().limit()).append('\0').append(request.source().orElse(""));
    for (String name : request.packages()) {
      text.append('\0').append(name);
    }
    return Keys.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private Optional<Elsewhere> elsewhere(Software.Locked locked, Lock lock, Life life, Optional<Path> root, boolean realize) {
    if (lock.elsewhere().isEmpty()) {
      return Optional.empty();
    }
    List<PackageRequest> paths = new ArrayList<>();
    for (Lock.Elsewhere one : lock.elsewhere()) {
      paths.add(new PackageRequest(one.item().toString(), Optional.empty()));
    }
    MixedPackages packages = new MixedPackages(store, sources, setup, progress);
    MixedPackages.Parted parted = packages.part(new Software.Packages(paths, Optional.empty(), false));
    if (lock.profile().isPresent()) {
      parted.plain().add(locked.wanted().packages().get(0)); // the profile brings a shell
    }
    return packages.elsewhere(locked.wanted(), parted, life, root, realize);
  }

  private Provision profile(Software.Locked locked, Lock lock, Optional<Path> root, boolean realize) {
    PackageSource source = source(lock, locked.archives());
    Profiles profiles = new Profiles(store, source, setup, progress);
    Resolution resolution = source.resolve(List.of(), store, PackageSource.Lists.AS_THEY_ARE, progress);
    if (!realize) {
      return profiles.planned(resolution, locked.wanted().scripts());
    }
    Profiles.Made made = profiles.make(resolution, locked.wanted().scripts());
    Optional<String> difference = difference(locked.lock().name(), lock, made.profile());
    if (difference.isPresent()) {
      notes.add(difference.get()); // and not remembered, so that it is told each time
    } else {
      store.remember(key(locked), made.profile());
    }
    return profiles.made(made, root);
  }

  private PackageSource source(Lock lock, List<String> archives) {
    Map<String, List<Resolved>> parts = new LinkedHashMap<>();
    for (Lock.Locked one : lock.packages()) {
      parts.computeIfAbsent(one.source(), name -> new ArrayList<>()).add(one.resolved());
    }
    Map<PackageSource, List<PackageRequest>> locked = new LinkedHashMap<>();
    for (Map.Entry<String, List<Resolved>> part : parts.entrySet()) {
      locked.put(new LockedPart(sources.choose(Optional.of(part.getKey())), new Resolution(part.getKey(), part.getValue()), archives), List.of());
    }
    return locked.size() == 1 ? locked.keySet().iterator().next() : new CombinedSource(locked);
  }

  /** What is other than it was where the lock was made. */
  private Optional<String> difference(String name, Lock lock, StorePath profile) {
    String hash = store.hash(profile);
    Lock.Tree wanted = lock.profile().orElseThrow();
    if (hash.equals(wanted.hash())) {
      return Optional.empty(); // another Carrel may call the same by another name
    }
    List<String> others = new ArrayList<>();
    for (Lock.Locked one : lock.packages()) {
      if (!store.hash(one.resolved().item()).equals(one.hash())) {
        others.add(one.resolved().name());
      }
    }
    String where = !others.isEmpty() ? "the unpacked packages " + String.join(", ", others) + " differ"
        : profile.equals(wanted.item()) ? "its packages are the same, and their scripts have made something else of them"
        : "its packages are the same, and this Carrel makes another profile of them than that which made the lock";
    return Optional.of("THIS IS NOT THE PROFILE OF " + name + ": it is " + profile.fileName() + " with the hash " + hash + ", and should be "
        + wanted.item().fileName() + " with " + wanted.hash() + "; " + where + ". Compare the versions of Carrel, or lock anew with carrel lock --update");
  }
}
