package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Closure;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** The store in a directory. Nothing is opened or made before it is needed; to locate and recall never needs it. */
@Component(service = {Store.class, DirectoryStore.class}, configurationPid = "dev.carrel.store")
@Designate(ocd = StoreSettings.class)
public final class DirectoryStore implements Store {
  /** Property of the component: the absolute path of the directory, whatever else is said. */
  static final String DIRECTORY = "store.directory";

  private final Host host;
  private final String configured;
  private final Map<String, String> environment;
  private final BegunUnions begun = new BegunUnions();
  private Links links;
  private Optional<SystemStore> system;
  private Writing writing;
  private boolean stopped;

  /** What only those need who add something or ask the database: no start of a known profile loads it. */
  private record Writing(Layout layout, Staging staging, HeldItems held, Realization realization, OpenDatabase database) {}

  /** What its upkeep works with. */
  record Tools(Layout layout, Staging staging, HeldItems held, Realization realization, Database database, Host host) {}

  /** Upkeep of it. */
  interface Upkeeping<T> {
    T with(Tools tools) throws IOException;
  }

  /** In the directory that the component's properties, the environment or the configuration say. */
  @Activate
  public DirectoryStore(@Reference Host host, Map<String, Object> properties) {
    this(host, properties.get(DIRECTORY) instanceof String directory ? directory : "", Location.configured(System.getenv(), properties, host));
  }

  /**
   * In a directory.
   *
   * @param configured its absolute path; empty: where the environment says
   */
  DirectoryStore(Host host, String configured) {
    this(host, configured, System.getenv());
  }

  DirectoryStore(Host host, String configured, Map<String, String> environment) {
    this.host = host;
    this.configured = configured;
    this.environment = environment;
  }

  @Deactivate
  synchronized void deactivate() {
    stopped = true;
    if (writing != null) {
      writing.database().stop();
    }
    letGo();
  }

  @Override
  public synchronized void letGo() {
    if (writing != null) {
      writing.held().close();
    }
  }

  private synchronized Links links() {
    if (links == null) {
      links = new Links(new Layout(Location.of(host, configured, environment)));
    }
    return links;
  }

  /** The store of root, if it may be used; looked at only when something is not in the user's own. */
  private synchronized Optional<SystemStore> system() {
    if (system == null) {
      Optional<SystemStore> beside = SystemStore.beside(layout().directory(), Location.isChosen(configured, environment), environment);
      system = beside.isPresent() && Files.isDirectory(beside.get().layout().items()) && beside.get().isSafe(host) ? beside : Optional.empty();
    }
    return system;
  }

  private boolean isElsewhere(StorePath item) {
    Optional<SystemStore> beside = system();
    return beside.isPresent() && beside.get().has(item);
  }

  Layout layout() {
    return links().layout();
  }

  private synchronized Writing writing() {
    if (writing == null) {
      Layout layout = layout();
      Staging staging = new Staging(layout.staging(), layout.locks().resolve("staging"));
      HeldItems held = new HeldItems(layout.held(), layout.locks().resolve("collection"));
      writing = new Writing(layout, staging, held, new Realization(host, layout, staging), new OpenDatabase(host, layout));
      if (stopped) {
        writing.database().stop();
      }
    }
    return writing;
  }

  @Override
  public Path directory() {
    return layout().directory();
  }

  @Override
  public Path locate(StorePath item) {
    Path own = layout().item(item);
    return !Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS) && isElsewhere(item) ? system().get().layout().item(item) : own;
  }

  @Override
  public boolean isValid(StorePath item) {
    return isOwn(item) || isElsewhere(item);
  }

  /** Whether it is in the user's own store. */
  private boolean isOwn(StorePath item) {
    // What is not there is answered without a database, so that asking makes none.
    if (!Files.isDirectory(layout().item(item), LinkOption.NOFOLLOW_LINKS) || !Files.exists(layout().database())) {
      return false;
    }
    Writing store = writing();
    try {
      return store.database().enter().isValid(item);
    } finally {
      store.database().leave();
    }
  }

  @Override
  public void prepare() {
    if (!Files.exists(layout().database())) {
      return;
    }
    Thread thread = new Thread(() -> {
      Writing store = writing();
      try {
        store.database().enter();
      } catch (CarrelException e) {
        // Whoever uses the store next is told.
      } finally {
        store.database().leave();
      }
    }, "carrel-open");
    thread.setDaemon(true); // no reason for a JVM to stay that wants to end
    thread.start();
  }

  /** Works on it. The database is opened, so it has to be worth it. */
  <T> T upkeep(Upkeeping<T> work) throws IOException {
    Writing store = writing();
    try {
      return work.with(new Tools(store.layout(), store.staging(), store.held(), store.realization(), store.database().enter(), host));
    } finally {
      store.database().leave();
    }
  }

  /** Whether another process works with it. */
  boolean othersHold() throws IOException {
    return writing().held().othersHold();
  }

  OpenDatabase openDatabase() {
    return writing().database();
  }

  @Override
  public void hold(Collection<StorePath> items) {
    if (items.isEmpty()) {
      return;
    }
    Writing store = writing();
    try {
      store.database().enter(); // makes the store, if it is not there
      store.held().add(items);
    } catch (IOException e) {
      throw store.layout().failure("use items of the store " + store.layout().directory(), e);
    } finally {
      store.database().leave();
    }
  }

  @Override
  public void realize(Collection<Recipe> recipes, Progress progress) {
    List<Recipe> own = new ArrayList<>();
    Set<StorePath> used = new HashSet<>();
    for (Recipe recipe : recipes) {
      if (isOwn(recipe.item()) || !isElsewhere(recipe.item())) {
        own.add(new Recipe(recipe.item(), ownOf(recipe.references()), recipe.builder(), recipe.origin()));
        used.add(recipe.item());
        used.addAll(recipe.references());
      }
    }
    if (own.isEmpty()) {
      return;
    }
    hold(used);
    Writing store = writing();
    try {
      store.realization().realize(own, this::freeze, store.database().enter(), progress);
    } finally {
      store.database().leave();
    }
  }

  private Nar.Content freeze(Path tree) throws IOException {
    Freeze.contents(tree);
    return Nar.content(tree, host);
  }

  @Override
  public StorePath unionPath(String name, List<StorePath> items, String finish) {
    return Union.path(name, items, finish);
  }

  /** A store refers to nothing outside: what is in the system store is not this one's to keep. */
  Set<StorePath> ownOf(Collection<StorePath> references) {
    Set<StorePath> own = new HashSet<>(references);
    own.removeIf(reference -> !Files.isDirectory(layout().item(reference), LinkOption.NOFOLLOW_LINKS) && isElsewhere(reference));
    return own;
  }

  @Override
  public StorePath union(String name, List<StorePath> items, Finish finish, Progress progress) {
    StorePath profile = unionPath(name, items, finish.name());
    return !isOwn(profile) && isElsewhere(profile) ? profile : ownUnion(name, items, finish, progress);
  }

  /** The same, in this store whatever that of root has. */
  StorePath ownUnion(String name, List<StorePath> items, Finish finish, Progress progress) {
    StorePath profile = unionPath(name, items, finish.name());
    Set<StorePath> from = new HashSet<>(items);
    finish.base().ifPresent(base -> from.add(base.profile()));
    Set<StorePath> own = ownOf(from);
    Set<StorePath> used = new HashSet<>(own);
    used.add(profile);
    hold(used);
    Writing store = writing();
    try {
      Database database = store.database().enter();
      if (!store.realization().isValid(profile, database)) {
        store.realization().requireValid("make the profile " + profile, own, database);
        List<Layout> layouts = own.size() == from.size() ? List.of(layout()) : List.of(layout(), system().get().layout());
        Union union = new Union(profile, items, finish, layouts, host, begun.take(finish.base()));
        Recipe recipe = new Recipe(profile, ownOf(items), union::build);
        store.realization().realize(List.of(recipe), union::finish, database, progress);
        union.tellCost(progress);
      }
    } finally {
      store.database().leave();
    }
    return profile;
  }

  @Override
  public Begun begin(StorePath base) {
    hold(List.of(base));
    return !isOwn(base) ? Store.super.begin(base) : begun.begin(base, () -> new BegunUnion(base, layout(), host, writing().staging()));
  }

  /** Whether an item is what {@link #union} makes of others alone, so that it can be made of them again. */
  boolean isPlainUnion(StorePath item, List<StorePath> references) {
    return unionPath(item.name(), references).fileName().equals(item.fileName());
  }

  /** Sees to it that an item is in this store, and not only in that of root, who may collect it: the same under the same name. */
  void bringHome(StorePath item, Progress progress) {
    if (!isOwn(item) && isElsewhere(item)) {
      new HomeBringing(this, system().get().layout(), host, progress).bring(item);
    }
  }

  /** Where the store of root has it, if it does. */
  Optional<Path> elsewhere(StorePath item) {
    return isElsewhere(item) ? Optional.of(system().get().layout().item(item)) : Optional.empty();
  }

  @Override
  public Closure closure(StorePath item) {
    List<StorePath> requisites = List.of();
    if (isOwn(item)) {
      Writing store = writing();
      try {
        requisites = store.database().enter().closure(item);
      } finally {
        store.database().leave();
      }
    } else if (isElsewhere(item)) {
      try {
        requisites = system().get().closure(item);
      } catch (IOException e) {
        throw layout().failure("tell what " + item + " needs", e);
      }
    }
    if (requisites.isEmpty()) {
      throw notThere("tell what " + item + " needs", item);
    }
    return new Closure(item, requisites);
  }

  @Override
  public String hash(StorePath item) {
    if (!isValid(item)) {
      throw notThere("tell the hash of " + item, item);
    }
    Layout place = isOwn(item) ? layout() : system().get().layout();
    try {
      return About.read(place.about(item), item.fileName()).orElseThrow(() -> CarrelException.failed("cannot tell the hash of " + item
          + ": what is noted of it in the store " + place.directory() + " is damaged. Run carrel store verify --repair")).entry().hash();
    } catch (IOException e) {
      throw place.failure("tell the hash of " + item + " in the store " + place.directory(), e);
    }
  }

  private CarrelException notThere(String attempt, StorePath item) {
    return CarrelException.failed("cannot " + attempt + ": " + item + " is not in the store " + directory() + ". Add it first");
  }

  @Override
  public Optional<StorePath> recall(String key) {
    Optional<StorePath> item = links().recall(key);
    // Also what root has collected meanwhile is not there any more.
    return item.isPresent() && Files.isDirectory(locate(item.get()), LinkOption.NOFOLLOW_LINKS) ? item : Optional.empty();
  }

  @Override
  public void remember(String key, StorePath item) {
    hold(List.of(item));
    if (!isValid(item)) {
      throw notThere("remember " + item, item);
    }
    links().remember(key, item);
  }

  @Override
  public void addRoot(Path link, StorePath item) {
    bringHome(item, Progress.silent());
    hold(List.of(item));
    if (!isValid(item)) {
      throw notThere("make the link " + link + " to " + item, item);
    }
    links().addRoot(link, item);
  }
}
