package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Life.Pin;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.store.HostStore;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Packages of which some say where they come from: those of a package source become a profile, others stay where they are. */
final class MixedPackages {
  private final Store store;
  private final Sources sources;
  private final Profiles.Setup setup;
  private final Progress progress;

  MixedPackages(Store store, Sources sources, Profiles.Setup setup, Progress progress) {
    this.store = store;
    this.sources = sources;
    this.setup = setup;
    this.progress = progress;
  }

  /** Which packages whom to ask for. */
  static final class Parted {
    private final List<PackageRequest> plain = new ArrayList<>();
    private Optional<String> plainSource = Optional.empty();
    private final Map<HostStore, List<PackageRequest>> elsewhere = new LinkedHashMap<>();

    /** Those of package sources. */
    List<PackageRequest> plain() {
      return plain;
    }

    /** Where those come from that do not say so. */
    Optional<String> plainSource() {
      return plainSource;
    }

    /** Those that lie in stores of the host. */
    Map<HostStore, List<PackageRequest>> elsewhere() {
      return elsewhere;
    }
  }

  /**
   * Provides packages.
   *
   * @param life of the container that needs them
   * @param root where a link to the profile is wanted
   * @param realize whether to make what is missing, or only tell
   */
  Provision provide(Software.Packages wanted, Life life, Optional<Path> root, boolean realize) {
    Parted parted = part(wanted);
    // What lies elsewhere first: an unknown name there is told before anything is downloaded.
    Optional<Elsewhere> elsewhere = elsewhere(wanted, parted, life, root, realize);
    if (parted.plain.isEmpty()) {
      return Provision.none().with(elsewhere.orElseThrow());
    }
    Software.Packages plain = new Software.Packages(parted.plain, parted.plainSource, wanted.refresh(), false, wanted.scripts());
    Provision provision = new Profiles(store, sources.choose(parted.plainSource, parted.plain), setup, progress).provide(plain, root, realize);
    return elsewhere.isEmpty() ? provision : provision.with(elsewhere.get());
  }

  /** Those packages that lie in stores of the host, and a shell where nothing else would bring one; nothing if there are none. */
  Optional<Elsewhere> elsewhere(Software.Packages wanted, Parted parted, Life life, Optional<Path> root, boolean realize) {
    if (root.isPresent() && !parted.elsewhere.isEmpty()) {
      throw CarrelException.usage("cannot make " + root.get() + " keep packages of " + parted.elsewhere.keySet().iterator().next().name()
          + ": they are in no profile of Carrel's. Leave out --root, and have their own package manager keep them");
    }
    refuseMeaningless(wanted, parted);
    if (parted.elsewhere.isEmpty()) {
      return Optional.empty();
    }
    Installations installations = new Installations(store, progress, realize);
    List<Installation> found = new ArrayList<>();
    List<Pin> pins = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Map.Entry<HostStore, List<PackageRequest>> entry : parted.elsewhere.entrySet()) {
      Installation installation = installations.provide(entry.getKey(), entry.getValue(), wanted.build());
      found.add(installation);
      keep(entry.getKey(), installation, life, pins, notes);
    }
    if (parted.plain.isEmpty() && !bringsShell(found)) {
      found.add(installations.shell());
    }
    return Optional.of(new Elsewhere(found, pins, notes));
  }

  /** Which packages come from where. */
  Parted part(Software.Packages wanted) {
    Parted parted = new Parted();
    Optional<HostStore> standard = wanted.source().isPresent() ? sources.hostStore(wanted.source().get()) : Optional.empty();
    parted.plainSource = standard.isPresent() ? Optional.empty() : wanted.source();
    for (PackageRequest request : wanted.packages()) {
      String name = request.name();
      int colon = name.indexOf(':');
      String prefix = colon > 0 ? name.substring(0, colon) : "";
      Optional<HostStore> named = sources.hostStore(prefix);
      if (name.startsWith("/")) {
        add(parted, sources.holder(Path.of(name)), request);
      } else if (named.isPresent()) {
        add(parted, named.get(), without(prefix, request));
      } else if (sources.has(prefix)) {
        PackageRequest bare = without(prefix, request);
        parted.plain.add(sources.isChosen(prefix, parted.plainSource) ? bare : request); // what is said twice is no other request
      } else if (standard.isPresent()) {
        add(parted, standard.get(), request);
      } else {
        parted.plain.add(request);
      }
    }
    return parted;
  }

  private static void add(Parted parted, HostStore holder, PackageRequest request) {
    if (request.part() == PackageRequest.Part.INPUTS) {
      throw Sources.withoutInputs(holder.name(), request);
    }
    List<PackageRequest> requests = parted.elsewhere.get(holder);
    if (requests == null) {
      requests = new ArrayList<>();
      parted.elsewhere.put(holder, requests);
    }
    requests.add(request);
  }

  private static PackageRequest without(String prefix, PackageRequest request) {
    try {
      return request.called(request.name().substring(prefix.length() + 1));
    } catch (IllegalArgumentException e) {
      throw CarrelException.usage("the package " + request + " lacks its name: write " + prefix + ":NAME");
    }
  }

  private static void refuseMeaningless(Software.Packages wanted, Parted parted) {
    if (wanted.build() && parted.elsewhere.isEmpty()) {
      throw CarrelException.usage("nothing can be built for these packages: --build is for those of a store of the host, such as nix:hello");
    }
    if (wanted.refresh() && parted.plain.isEmpty()) {
      throw CarrelException.usage("there are no lists to refresh for these packages: leave out --refresh");
    }
  }

  private static void keep(HostStore holder, Installation installation, Life life, List<Pin> pins, List<String> notes) {
    Optional<Path> roots = life.recorded() ? holder.roots() : Optional.empty();
    if (roots.isEmpty()) {
      notes.add("the packages of " + holder.name() + " are not kept while the container runs: "
          + (life.recorded() ? "you may not write where " + holder.name() + " looks for what is in use" : "no record of it is wanted")
          + ". Do not collect garbage meanwhile, or have " + holder.name() + " keep them");
      return;
    }
    Set<Path> items = new LinkedHashSet<>(installation.packages());
    for (Path target : installation.links().values()) {
      for (Item item : installation.closure()) {
        if (target.startsWith(item.path())) {
          items.add(item.path());
        }
      }
    }
    for (Path item : items) {
      pins.add(new Pin(roots.get(), item));
    }
  }

  private static boolean bringsShell(List<Installation> found) {
    for (Installation installation : found) {
      if (installation.links().containsKey(HostShell.SHELL)) {
        return true;
      }
    }
    return false;
  }
}
