package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.Origin;
import dev.carrel.api.store.PackageInfo;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageRequest.Part;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Packages from the Debian or Ubuntu archive that the host uses. Apt resolves, authenticates and downloads, as an ordinary
 * program without privilege and with a state of its own in the store; the host's sources, keyrings, pins and proxies count,
 * its installed packages and hooks do not. Carrel unpacks.
 *
 * <p>A resolution always has the essential packages besides what was asked for: Debian packages rely on them without
 * declaring it (Debian Policy 3.8). Recommended packages are left out. What building a package needs is what its source
 * package says and {@code build-essential}, as {@code apt-get build-dep} finds it; lists of source packages are fetched with
 * the others from when they are wanted first.
 *
 * <p>Each archive becomes one item, made from nothing but the archive: its files, with the directories of the root moved
 * below {@code usr}, and its control files in {@code DEBIAN}. Items have no references: what satisfies a dependency differs
 * from resolution to resolution and dependencies may be cyclic, so that the profile holds all of them.
 */
@Component(property = {PackageSource.NAME + "=" + DebianSource.SOURCE, "service.ranking:Integer=0"})
public final class DebianSource implements PackageSource {
  static final String SOURCE = "debian";

  private final AptPaths host;
  private final Supplier<MessageDigest> digests;

  /** Uses this host's apt. */
  @Activate
  public DebianSource(@Reference Host host) {
    this(AptPaths.host(), host::sha256);
  }

  /** @param digests make a SHA-256 each */
  DebianSource(AptPaths host, Supplier<MessageDigest> digests) {
    this.host = host;
    this.digests = digests;
  }

  @Override
  public String name() {
    return SOURCE;
  }

  @Override
  public String state(Store store) {
    return PackageLists.fingerprint(new AptState(store.directory(), host.etc()), host.etc());
  }

  @Override
  public boolean offersInputs() {
    return true;
  }

  @Override
  public Resolution resolve(List<PackageRequest> wanted, Store store, Lists policy, Progress progress) {
    return resolve(wanted, List.of(), store, policy, progress);
  }

  @Override
  public Resolution resolve(List<PackageRequest> wanted, List<PackageRequest> preferred, Store store, Lists policy, Progress progress) {
    Set<PackageRequest> requests = distinct(wanted);
    AptState state = new AptState(store.directory(), host.etc());
    Apt apt = new Apt(host, state);
    PackageLists lists = new PackageLists(state, apt, host.etc());
    boolean inputs = false;
    for (PackageRequest request : requests) {
      inputs |= request.part() == Part.INPUTS;
    }
    lists.provide(policy, inputs, progress);
    state.prepare();
    try (HeldLock lock = HeldLock.shared(state.listsLock(), progress); Preferences pins = Preferences.of(preferred, state, host.etc())) {
      lists.restamp();
      return new Resolver(apt, state, lists.warnings(), pins.settings()).resolve(requests);
    }
  }

  /** How archives come to where they are unpacked. */
  private interface Fetching {
    void fetch(Downloads downloads, List<Resolved> missing);
  }

  @Override
  public void realize(Resolution resolution, Store store, Progress progress) {
    realize(resolution, store, progress, (downloads, missing) -> downloads.fetch(missing, progress));
  }

  @Override
  public void restore(Resolution resolution, List<String> archives, Store store, Progress progress) {
    resolution.packages().forEach(AddressedDownloads::check);
    realize(resolution, store, progress, (downloads, missing) -> downloads.restore(missing, archives, progress));
  }

  private void realize(Resolution resolution, Store store, Progress progress, Fetching fetching) {
    for (Resolved resolved : resolution.packages()) {
      check(resolved);
    }
    if (missing(resolution, store).isEmpty()) {
      return;
    }
    AptState state = new AptState(store.directory(), host.etc());
    state.prepare();
    Downloads downloads = new Downloads(state, new Apt(host, state), digests);
    try (HeldLock lock = HeldLock.exclusive(state.archivesLock(), progress)) {
      // Another Carrel may have made some while this one waited.
      List<Resolved> missing = missing(resolution, store);
      fetching.fetch(downloads, missing);
      // A store that makes several at a time is not left with the biggest at the end.
      missing.sort(Comparator.comparingLong(Resolved::size).reversed());
      List<Recipe> recipes = new ArrayList<>();
      for (Resolved resolved : missing) {
        recipes.add(new Recipe(resolved.item(), Set.of(), directory ->
            new DebArchive(resolved.name() + " " + resolved.version()).unpack(downloads.verified(resolved), directory),
            Optional.of(new Origin(SOURCE, resolved))));
      }
      store.realize(recipes, progress);
      downloads.discard(missing);
    }
  }

  @Override
  public Optional<Configuration> configuration() {
    return Optional.of(new DebianConfiguration());
  }

  @Override
  public List<PackageInfo> search(List<String> words, Store store, Progress progress) {
    return look(store, progress, catalog -> catalog.search(words));
  }

  @Override
  public List<PackageInfo> describe(List<String> names, Store store, Progress progress) {
    for (String name : names) {
      PackageName.check(new PackageRequest(name, Optional.empty()));
    }
    return look(store, progress, catalog -> catalog.describe(names));
  }

  private List<PackageInfo> look(Store store, Progress progress, Function<Catalog, List<PackageInfo>> question) {
    AptState state = new AptState(store.directory(), host.etc());
    Apt apt = new Apt(host, state);
    PackageLists lists = new PackageLists(state, apt, host.etc());
    lists.provide(Lists.IF_MISSING, false, progress);
    state.prepare();
    try (HeldLock lock = HeldLock.shared(state.listsLock(), progress)) {
      return question.apply(new Catalog(apt));
    }
  }

  private static List<Resolved> missing(Resolution resolution, Store store) {
    Map<StorePath, Resolved> missing = new LinkedHashMap<>();
    for (Resolved resolved : resolution.packages()) {
      if (!store.isValid(resolved.item())) {
        missing.put(resolved.item(), resolved);
      }
    }
    return new ArrayList<>(missing.values());
  }

  private static Set<PackageRequest> distinct(List<PackageRequest> wanted) {
    Set<PackageRequest> requests = new LinkedHashSet<>(wanted);
    Map<PackageRequest, String> versions = new LinkedHashMap<>();
    for (PackageRequest request : requests) {
      PackageName.check(request);
      if (request.version().isPresent()) {
        String other = versions.put(unversioned(request), request.version().get());
        if (other != null) {
          throw CarrelException.usage("The package " + request.name() + " was asked for in two versions, " + other + " and "
              + request.version().get() + ". Decide for one.");
        }
      }
    }
    // `hello hello=2.10` asks for one package.
    requests.removeIf(request -> request.version().isEmpty() && versions.containsKey(request));
    return requests;
  }

  private static PackageRequest unversioned(PackageRequest request) {
    return new PackageRequest(request.name(), Optional.empty(), request.part());
  }

  /** A resolution may come from elsewhere: its words become arguments and names of files. */
  private static void check(Resolved resolved) {
    boolean sound = PackageName.isName(resolved.name()) && PackageName.isVersion(resolved.version())
        && PackageName.isArchitecture(resolved.architecture()) && resolved.size() >= 0
        && Resolver.item(resolved.name(), resolved.version(), resolved.sha256()).equals(resolved.item());
    if (!sound) {
      throw CarrelException.failed("The package " + resolved.name() + " " + resolved.version() + " was refused: " + resolved.item()
          + " is not the store item that its archive (SHA-256 " + resolved.sha256() + ") becomes. Resolve the packages again; a lock is made"
          + " anew with carrel lock --update.");
    }
  }
}
