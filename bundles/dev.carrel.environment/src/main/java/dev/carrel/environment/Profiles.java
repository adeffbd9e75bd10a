package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Finds or makes the profile for a set of packages. */
final class Profiles {
  /** Changes whenever what is made from the same request changes. */
  private static final String FORMAT = "profile-2";
  private static final String NAME = "profile";

  private final Store store;
  private final PackageSource source;
  private final Progress progress;
  private final Setup setup;
  private final KnownBases bases;

  /** How packages are configured: a class of its own, which only loads where a profile is made. */
  interface Setup {
    /**
     * What configures them.
     *
     * @param base a profile in which some of them are configured already
     */
    Finish finish(Configuration configuration, Resolution resolution, Optional<Made> base, Scripts scripts);
  }

  Profiles(Store store, PackageSource source, Setup setup, Progress progress) {
    this(store, source, setup, new KnownBases(), progress);
  }

  /**
   * For one request.
   *
   * @param bases those of other requests
   */
  Profiles(Store store, PackageSource source, Setup setup, KnownBases bases, Progress progress) {
    this.store = store;
    this.source = source;
    this.setup = setup;
    this.bases = bases;
    this.progress = progress;
  }

  /**
   * Provides packages.
   *
   * @param root where a link to the profile is wanted
   * @param realize whether to make what is missing, or only tell
   */
  Provision provide(Software.Packages wanted, Optional<Path> root, boolean realize) {
    if (!wanted.refresh()) {
      Optional<StorePath> known = recall(wanted);
      if (known.isPresent()) {
        return known(store, known.get(), root, realize);
      }
    }
    Lists lists = !realize ? Lists.AS_THEY_ARE : wanted.refresh() ? Lists.REFRESH : Lists.IF_MISSING;
    if (!realize) {
      return planned(source.resolve(wanted.packages(), store, lists, progress), wanted.scripts());
    }
    Made made = make(wanted.packages(), lists, wanted.scripts());
    String state = source.state(store); // now: the lists may have been fetched only just
    if (!state.isEmpty()) {
      store.remember(key(wanted, state), made.profile());
    }
    return made(made, root);
  }

  /** One that was made before. */
  static Provision known(Store store, StorePath profile, Optional<Path> root, boolean realize) {
    if (realize && root.isPresent()) {
      store.addRoot(root.get(), profile);
    }
    // Only who wants to look at it pays for the closure: it is in the database.
    List<StorePath> closure = realize ? List.of(profile) : store.closure(profile).requisites();
    return new Provision(Optional.of(store.locate(profile)), closure, Optional.empty(), List.of());
  }

  /** What would be made. */
  Provision planned(Resolution resolution, Scripts scripts) {
    StorePath profile = store.unionPath(NAME, resolution.items(), finish(resolution, scripts).name());
    return provision(profile, resolution, missing(profile, resolution.items()));
  }

  /** What was made. */
  Provision made(Made made, Optional<Path> root) {
    keep(root, made.profile());
    return provision(made.profile(), made.resolution(), List.of());
  }

  /**
   * A profile, and what is in it.
   *
   * @param base the smaller one that it was made from
   */
  record Made(StorePath profile, Resolution resolution, Optional<StorePath> base) {}

  /** Resolves packages, fetches what is missing and makes their profile, configured as is said. */
  Made make(List<PackageRequest> packages, Lists lists, Scripts scripts) {
    store.prepare(); // while packages are resolved
    Optional<StorePath> likely = scripts.use() == Scripts.Use.ALL ? bases.likely(source.name(), packages) : Optional.empty();
    try (Store.Begun begun = likely.isPresent() ? store.begin(likely.get()) : () -> {}) {
      Made made = make(source.resolve(packages, store, lists, progress), scripts);
      made.base().ifPresent(base -> bases.add(source.name(), packages, base));
      return made;
    }
  }

  /** The same of what has been resolved. */
  Made make(Resolution resolution, Scripts scripts) {
    store.hold(resolution.items());
    source.realize(resolution, store, progress);
    Optional<Configuration> configuration = configuration(scripts);
    return configuration.isEmpty() ? new Made(store.union(NAME, resolution.items(), progress), resolution, Optional.empty())
        : configured(configuration.get(), resolution, scripts);
  }

  /**
   * The configured profile. It is made from a smaller one, which others are made from as well: what most of them have in common is
   * configured once. Not where a script may fail, as nobody would be told of it the next time.
   */
  private Made configured(Configuration configuration, Resolution resolution, Scripts scripts) {
    Finish whole = setup.finish(configuration, resolution, Optional.empty(), scripts);
    if (scripts.use() != Scripts.Use.ALL || store.isValid(store.unionPath(NAME, resolution.items(), whole.name()))) {
      return new Made(store.union(NAME, resolution.items(), whole, progress), resolution, Optional.empty());
    }
    Optional<Resolution> part = base(configuration, resolution);
    if (part.isEmpty()) {
      return new Made(store.union(NAME, resolution.items(), whole, progress), resolution, Optional.empty());
    }
    Made base = configured(configuration, part.get(), scripts);
    store.remember(Keys.sha256(("base\0" + base.profile()).getBytes(StandardCharsets.UTF_8)), base.profile()); // for some time
    Finish finish = setup.finish(configuration, resolution, Optional.of(base), scripts);
    return new Made(store.union(NAME, resolution.items(), finish, progress), resolution, Optional.of(base.profile()));
  }

  private Optional<Resolution> base(Configuration configuration, Resolution resolution) {
    try {
      return configuration.base(resolution, store);
    } catch (IOException e) {
      throw CarrelException.failed("cannot read the packages in the store " + store.directory() + ": " + e.getMessage()
          + ". Find out what is wrong with carrel store verify", e);
    }
  }

  /** Changes whenever what is made of the same packages changes. */
  static String format() {
    return FORMAT;
  }

  /** The profile of no packages. */
  StorePath empty() {
    return store.union(NAME, List.of(), progress);
  }

  private Finish finish(Resolution resolution, Scripts scripts) {
    Optional<Configuration> configuration = configuration(scripts);
    return configuration.isEmpty() ? Finish.none() : setup.finish(configuration.get(), resolution, Optional.empty(), scripts);
  }

  private Optional<Configuration> configuration(Scripts scripts) {
    return scripts.use() == Scripts.Use.NONE ? Optional.empty() : source.configuration();
  }

  private Optional<StorePath> recall(Software.Packages wanted) {
    String state = source.state(store);
    return state.isEmpty() ? Optional.empty() : store.recall(key(wanted, state));
  }

  private void keep(Optional<Path> root, StorePath profile) {
    if (root.isPresent()) {
      store.addRoot(root.get(), profile);
    }
  }

  private Provision provision(StorePath profile, Resolution resolution, List<StorePath> missing) {
    List<StorePath> closure = new ArrayList<>(resolution.items());
    closure.add(profile);
    return new Provision(Optional.of(store.locate(profile)), closure, Optional.of(resolution), missing);
  }

  private List<StorePath> missing(StorePath profile, List<StorePath> items) {
    List<StorePath> missing = new ArrayList<>();
    for (StorePath item : items) {
      if (!store.isValid(item)) {
        missing.add(item);
      }
    }
    if (!missing.isEmpty() || !store.isValid(profile)) {
      missing.add(profile);
    }
    return missing;
  }

  /** What the same request finds again, in whatever order its packages are named. */
  private String key(Software.Packages wanted, String state) {
    TreeSet<String> names = new TreeSet<>();
    for (PackageRequest request : wanted.packages()) {
      names.add(request.toString());
    }
    StringBuilder text = new StringBuilder(FORMAT).append('\0').append(source.name()).append('\0').append(state);
    Optional<Configuration> configuration = wanted.scripts().use() == Scripts.Use.NONE ? Optional.empty() : source.configuration();
    if (configuration.isPresent()) {
      text.append('\0').append(configuration.get().format()); // another Carrel may configure the same packages differently
    }
    if (wanted.scripts().use() != Scripts.Use.ALL) {
      text.append('\0').append(wanted.scripts().use().name());
      if (wanted.scripts().use() == Scripts.Use.SKIP_FAILED) {
        text.append(' ').append(wanted.scripts().limit()); // what takes too long fails
      }
    }
    for (String name : names) {
      text.append('\0').append(name);
    }
    return Keys.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** What a profile with generations is now. */
  static Provision named(Store store, ProfileName name) {
    Path link = store.profile(name);
    if (!Files.isSymbolicLink(link)) {
      throw CarrelException.usage("cannot use the profile " + name + ": there is none of that name. Make it with carrel profile install"
          + " --profile=" + name + " PACKAGE..., or give a path: --profile=./" + name);
    }
    return existing(link, link.getParent());
  }

  /** A profile that is there. */
  static Provision existing(Path profile, Path directory) {
    Path link = directory.resolve(profile);
    Path real;
    try {
      real = link.toRealPath();
    } catch (NoSuchFileException e) {
      throw CarrelException.usage("cannot use the profile " + link + ": "
          + (Files.isSymbolicLink(link) ? "it is a symbolic link to a profile that is gone" : "no such directory")
          + ". Make one with --root=LINK");
    } catch (IOException e) {
      throw CarrelException.failed("cannot use the profile " + link + ": " + e.getMessage()
          + ". Make one that you can read with --root=LINK", e);
    }
    if (!Files.isDirectory(real.resolve("usr"))) {
      throw CarrelException.usage("cannot use the profile " + link
          + ": it has no directory usr, so it is no profile. Make one with --root=LINK");
    }
    return new Provision(Optional.of(real), List.of(), Optional.empty(), List.of());
  }
}
