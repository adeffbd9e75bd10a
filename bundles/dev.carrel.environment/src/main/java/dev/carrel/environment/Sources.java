package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.HostStore;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageRequest.Part;
import dev.carrel.api.store.PackageSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The package sources there are, the best first, and the stores of the host. */
final class Sources {
  private static final String STORES = "dev.carrel.store.nix";

  private record Ranked(PackageSource source, int ranking) {}

  private volatile List<Ranked> ranked = List.of();
  private volatile List<HostStore> hostStores = List.of();

  /** There is one, or one that is known has another ranking now. */
  synchronized void add(PackageSource source, Map<String, Object> properties) {
    int ranking = properties.get("service.ranking") instanceof Integer number ? number : 0;
    List<Ranked> changed = new ArrayList<>(ranked.size() + 1);
    for (Ranked entry : ranked) {
      if (entry.source() != source) {
        changed.add(entry);
      }
    }
    int at = 0;
    while (at < changed.size() && changed.get(at).ranking() >= ranking) {
      at++;
    }
    changed.add(at, new Ranked(source, ranking));
    ranked = changed;
  }

  synchronized void remove(PackageSource source) {
    List<Ranked> changed = new ArrayList<>(ranked);
    changed.removeIf(entry -> entry.source() == source);
    ranked = changed;
  }

  synchronized void add(HostStore store) {
    List<HostStore> changed = new ArrayList<>(hostStores);
    changed.add(store);
    hostStores = changed;
  }

  synchronized void remove(HostStore store) {
    List<HostStore> changed = new ArrayList<>(hostStores);
    changed.removeIf(entry -> entry == store);
    hostStores = changed;
  }

  /** Whether all come from one package source, which none of them names: nothing more has to be known of them then. */
  boolean arePlain(Software.Packages wanted) {
    for (PackageRequest request : wanted.packages()) {
      if (request.name().indexOf(':') >= 0 || request.name().charAt(0) == '/') {
        return false;
      }
    }
    return !wanted.build() && (wanted.source().isEmpty() || hostStore(wanted.source().get()).isEmpty());
  }

  /** How the packages of all sources are configured. */
  List<String> formats() {
    List<String> formats = new ArrayList<>(2);
    for (Ranked entry : ranked) {
      Optional<Configuration> configuration = entry.source().configuration();
      if (configuration.isPresent()) {
        formats.add(entry.source().name() + " " + configuration.get().format());
      }
    }
    return formats;
  }

  /** Whether a package source has that name. */
  boolean has(String name) {
    for (Ranked entry : ranked) {
      if (entry.source().name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The store of a name, if it is one of a store.
   *
   * @throws CarrelException if it is that of a store whose bundle is not there
   */
  Optional<HostStore> hostStore(String name) {
    for (HostStore store : hostStores) {
      if (store.name().equals(name)) {
        return Optional.of(store);
      }
    }
    if (name.equals("nix") || name.equals("guix")) {
      throw CarrelException.unavailable("no store of " + name + " available: start the bundle " + STORES + ", which offers one");
    }
    return Optional.empty();
  }

  /** The store that has an item of this path, or to which it leads. */
  HostStore holder(Path item) {
    StringBuilder known = new StringBuilder();
    for (HostStore store : hostStores) {
      if (store.holds(item)) {
        return store;
      }
      known.append(known.length() == 0 ? "" : " or ").append(store.name());
    }
    if (known.length() == 0) {
      throw CarrelException.unavailable("no store of the host available that could have " + item
          + ": start the bundle " + STORES + ", which offers one");
    }
    throw CarrelException.usage("cannot use " + item + " as a package: it is no item of a store of " + known
        + ", and does not lead to one. To see a directory of the host inside, use --expose");
  }

  /** Whether that is what {@link #choose} would take. */
  boolean isChosen(String source, Optional<String> name) {
    List<Ranked> present = ranked;
    return name.isPresent() ? name.get().equals(source)
        : !present.isEmpty() && present.get(0).ranking() >= 0 && present.get(0).source().name().equals(source);
  }

  PackageSource choose(Optional<String> name) {
    List<Ranked> present = ranked;
    // A negative ranking says that a source is used only where it is named.
    if (present.isEmpty() || name.isEmpty() && present.get(0).ranking() < 0) {
      throw CarrelException.unavailable(
          "no package source available: start the bundle dev.carrel.store.debian, which offers one");
    }
    if (name.isEmpty()) {
      return present.get(0).source();
    }
    StringBuilder known = new StringBuilder();
    for (Ranked entry : present) {
      if (entry.source().name().equals(name.get())) {
        return entry.source();
      }
      known.append(known.length() == 0 ? "" : ", ").append(entry.source().name());
    }
    for (HostStore store : hostStores) {
      known.append(", ").append(store.name());
    }
    throw CarrelException.usage("no package source is called '" + name.get() + "': there is " + known
        + ". Choose one of these, or start the bundle that offers it");
  }

  /** The source of a set of packages, of which some may say their own: {@code store:tool}. */
  PackageSource choose(Optional<String> name, List<PackageRequest> packages) {
    Map<PackageSource, List<PackageRequest>> parts = new LinkedHashMap<>();
    boolean prefixed = false;
    for (PackageRequest request : packages) {
      Optional<PackageSource> own = own(request);
      prefixed |= own.isPresent();
      PackageRequest plain = own.isEmpty() ? request : bare(request, own.get().name());
      PackageSource source = own.isPresent() ? own.get() : choose(name);
      if (request.part() == Part.INPUTS && !source.offersInputs()) {
        throw withoutInputs(source.name(), plain);
      }
      List<PackageRequest> asked = parts.get(source);
      if (asked == null) {
        asked = new ArrayList<>();
        parts.put(source, asked);
      }
      asked.add(plain);
    }
    return prefixed ? new CombinedSource(parts) : choose(name);
  }

  /** That packages from there are to be had, but not what building them needs. */
  static CarrelException withoutInputs(String source, PackageRequest request) {
    return CarrelException.usage("what building " + request.of(Part.ITSELF) + " needs cannot be had from " + source
        + ": that tells of packages alone. Ask for the package itself (carrel shell, or --ad-hoc), or name what builds it");
  }

  /** A request as the source it is made to knows it: what is said twice is no other request. */
  static PackageRequest bare(PackageRequest request, String source) {
    int begin = source.length() + 1;
    boolean said = request.name().startsWith(source + ":") && request.name().length() > begin;
    return said ? request.called(request.name().substring(begin)) : request;
  }

  /** The source that a request says, if it says one that there is; Debian has {@code name:architecture}, too. */
  private Optional<PackageSource> own(PackageRequest request) {
    int colon = request.name().indexOf(':');
    if (colon < 1 || colon == request.name().length() - 1) {
      return Optional.empty();
    }
    for (Ranked entry : ranked) {
      if (request.name().startsWith(entry.source().name() + ":")) {
        return Optional.of(entry.source());
      }
    }
    return Optional.empty();
  }
}
