package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Closure;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
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

/** The store in a directory. Nothing is opened or made before it is needed; to locate and recall never needs it. */
@Component(service = {Store.class, DirectoryStore.class})
public final class DirectoryStore implements Store {
  /** Property of the component: the absolute path of the directory, whatever else is said. */
  static final String DIRECTORY = "store.directory";

  private final Host host;
  private final String configured;
  private Links links;
  private Writing writing;
  private boolean stopped;

  /** What only those need who add something or ask the database: no start of a known profile loads it. */
  private record Writing(Layout layout, Staging staging, HeldItems held, Realization realization, OpenDatabase database) {}

  /** What its upkeep works with. */
  record Tools(Layout layout, Staging staging, HeldItems held, Realization realization, Database database) {}

  /** Upkeep of it. */
  interface Upkeeping<T> {
    T with(Tools tools) throws IOException;
  }

  /** In the directory that the component's properties or the environment say. */
  @Activate
  public DirectoryStore(@Reference Host host, Map<String, Object> properties) {
    this(host, properties.get(DIRECTORY) instanceof String directory ? directory : "");
  }

  /**
   * In a directory.
   *
   * @param configured its absolute path; empty: where the environment says
   */
  DirectoryStore(Host host, String configured) {
    this.host = host;
    this.configured = configured;
  }

  @Deactivate
  synchronized void deactivate() {
    stopped = true;
    if (writing != null) {
      writing.database().stop();
      try {
        writing.held().close();
      } catch (IOException e) {
        // the next collection removes what is left, once this process has ended
      }
    }
  }

  private synchronized Links links() {
    if (links == null) {
      links = new Links(new Layout(Location.of(host, configured, System.getenv())));
    }
    return links;
  }

  private Layout layout() {
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
    return layout().item(item);
  }

  @Override
  public boolean isValid(StorePath item) {
    // What is not there is answered without a database, so that asking makes none.
    if (!Files.isDirectory(locate(item), LinkOption.NOFOLLOW_LINKS) || !Files.exists(layout().database())) {
      return false;
    }
    Writing store = writing();
    try {
      return store.database().enter().isValid(item);
    } finally {
      store.database().leave();
    }
  }

  /** Works on it. The database is opened, so it has to be worth it. */
  <T> T upkeep(Upkeeping<T> work) throws IOException {
    Writing store = writing();
    try {
      return work.with(new Tools(store.layout(), store.staging(), store.held(), store.realization(), store.database().enter()));
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
    Set<StorePath> used = new HashSet<>();
    for (Recipe recipe : recipes) {
      used.add(recipe.item());
      used.addAll(recipe.references());
    }
    hold(used);
    Writing store = writing();
    try {
      store.realization().realize(recipes, DirectoryStore::freeze, store.database().enter(), progress);
    } finally {
      store.database().leave();
    }
  }

  private static Nar.Content freeze(Path tree) throws IOException {
    Freeze.contents(tree);
    return Nar.content(tree);
  }

  @Override
  public StorePath unionPath(String name, List<StorePath> items) {
    return Union.path(name, items);
  }

  @Override
  public StorePath union(String name, List<StorePath> items, Progress progress) {
    StorePath profile = unionPath(name, items);
    Set<StorePath> used = new HashSet<>(items);
    used.add(profile);
    hold(used);
    Writing store = writing();
    try {
      Database database = store.database().enter();
      if (!store.realization().isValid(profile, database)) {
        store.realization().requireValid("make the profile " + profile, items, database);
        Union union = new Union(profile, items, store.layout());
        Recipe recipe = new Recipe(profile, new HashSet<>(items), union::build);
        store.realization().realize(List.of(recipe), union::finish, database, progress);
      }
    } finally {
      store.database().leave();
    }
    return profile;
  }

  @Override
  public Closure closure(StorePath item) {
    Writing store = writing();
    List<StorePath> requisites = List.of();
    if (isValid(item)) {
      try {
        requisites = store.database().enter().closure(item);
      } finally {
        store.database().leave();
      }
    }
    if (requisites.isEmpty()) {
      throw notThere("tell what " + item + " needs", item);
    }
    return new Closure(item, requisites);
  }

  private CarrelException notThere(String attempt, StorePath item) {
    return CarrelException.failed("cannot " + attempt + ": " + item + " is not in the store " + directory() + ". Add it first");
  }

  @Override
  public Optional<StorePath> recall(String key) {
    return links().recall(key);
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
    hold(List.of(item));
    if (!isValid(item)) {
      throw notThere("make the link " + link + " to " + item, item);
    }
    links().addRoot(link, item);
  }
}
