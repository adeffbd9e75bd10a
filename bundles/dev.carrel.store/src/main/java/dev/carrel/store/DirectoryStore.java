package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Closure;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The store in a directory. Nothing is opened or made before it is needed. */
@Component
public final class DirectoryStore implements Store {
  private final Host host;
  private final Path configured;
  private final ItemLocks locks = new ItemLocks();
  private Layout layout;
  private Database database;

  @Activate
  public DirectoryStore(@Reference Host host, Map<String, Object> properties) {
    this.host = host;
    Object directory = properties.get("store.directory");
    this.configured = directory instanceof String path ? Path.of(path) : null;
  }

  @Deactivate
  synchronized void deactivate() {
    if (database != null) {
      database.close();
      database = null;
    }
  }

  private synchronized Layout layout() {
    if (layout == null) {
      layout = new Layout(configured != null ? configured : Location.of(host, System.getenv()));
    }
    return layout;
  }

  private synchronized Database database() {
    if (database == null) {
      layout().prepare();
      database = Database.open(layout().database());
    }
    return database;
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
    return Files.isDirectory(locate(item), LinkOption.NOFOLLOW_LINKS)
        && Files.exists(layout().database())
        && database().isValid(item);
  }

  @Override
  public void realize(Collection<Recipe> recipes, Progress progress) {
    realize(recipes, Nar::of, progress);
  }

  private void realize(Collection<Recipe> recipes, Workshop.Hashing hashing, Progress progress) {
    Database valid = database();
    try (ItemLocks.Held held = locks.acquire(layout().locks())) {
      removeLeftovers();
      Map<StorePath, Recipe> missing = new LinkedHashMap<>();
      for (Recipe recipe : recipes) {
        if (!isValid(recipe.item())) {
          missing.put(recipe.item(), recipe);
        }
      }
      if (!missing.isEmpty()) {
        make(missing, hashing, valid, progress);
      }
    } catch (IOException e) {
      throw layout().failure("add to the store", e);
    }
  }

  private void make(Map<StorePath, Recipe> missing, Workshop.Hashing hashing, Database valid, Progress progress)
      throws IOException {
    List<Database.Entry> entries = new ArrayList<>(missing.size());
    try (Progress.Task task = progress.begin("adding to the store", missing.size(), Progress.Unit.ITEMS)) {
      entries.addAll(new Workshop(layout()).stage(missing.values(), hashing, task));
      host.sync(layout().staging()); // once for all: what is renamed below is on the device
      for (Database.Entry entry : entries) {
        publish(entry.item());
      }
      host.sync(layout().items());
    } catch (IOException | RuntimeException e) {
      for (Recipe recipe : missing.values()) {
        Freeze.remove(layout().staging().resolve(recipe.item().fileName()));
      }
      throw e;
    }
    valid.register(entries, System.currentTimeMillis() / 1000);
  }

  private void publish(StorePath item) throws IOException {
    Path place = locate(item);
    Freeze.remove(place); // not valid, or it would not be made: what a killed process left
    try {
      Files.move(layout().staging().resolve(item.fileName()), place, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("staging/ and items/ have to be on one file system", e);
    }
    Freeze.top(place);
  }

  /** What a killed process was building: the lock is held, so nobody builds now. */
  private void removeLeftovers() throws IOException {
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(layout().staging())) {
      for (Path leftover : leftovers) {
        Freeze.remove(leftover);
      }
    }
  }

  @Override
  public StorePath unionPath(String name, List<StorePath> items) {
    return Union.path(name, items);
  }

  @Override
  public StorePath union(String name, List<StorePath> items, Progress progress) {
    StorePath profile = unionPath(name, items);
    Map<StorePath, Path> members = new LinkedHashMap<>();
    items.forEach(item -> members.put(item, locate(item)));
    Set<StorePath> references = new HashSet<>(items);
    // Its content follows from its members, which are hashed themselves: hashing all of it again would take seconds.
    Workshop.Hashing derived = tree -> new Nar.Result("derived:" + profile.digest(), 0);
    realize(List.of(new Recipe(profile, references, directory -> Union.build(members, directory))), derived, progress);
    return profile;
  }

  @Override
  public Closure closure(StorePath item) {
    return new Closure(item, database().closure(item));
  }

  @Override
  public Optional<StorePath> recall(String key) {
    Path link = layout().environments().resolve(checked(key));
    try {
      String name = Files.readSymbolicLink(link).getFileName().toString();
      StorePath item = Database.parse(name);
      return Files.isDirectory(locate(item), LinkOption.NOFOLLOW_LINKS) ? Optional.of(item) : Optional.empty();
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty(); // never remembered, or not by us
    }
  }

  @Override
  public void remember(String key, StorePath item) {
    link(layout().environments().resolve(checked(key)), Path.of("../items", item.fileName()), "remember an environment");
  }

  private static String checked(String key) {
    if (!key.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("'" + key + "' is no key");
    }
    return key;
  }

  @Override
  public void addRoot(Path link, StorePath item) {
    Path place = link.toAbsolutePath().normalize();
    try {
      boolean ours = Files.isSymbolicLink(place) && Files.readSymbolicLink(place).startsWith(layout().items());
      if (Files.exists(place, LinkOption.NOFOLLOW_LINKS) && !ours) {
        throw CarrelException.usage("cannot make the link " + place + ": something else is there. Name another, or remove it");
      }
    } catch (IOException e) {
      throw layout().failure("read the link " + place, e);
    }
    layout().prepare();
    link(layout().roots().resolve(Digest.of(place.toString())), place, "register a root");
    link(place, locate(item), "make the link " + place);
  }

  /** Makes a symbolic link, or replaces one, in one step. */
  private void link(Path place, Path to, String attempt) {
    Path temporary = place.resolveSibling("." + place.getFileName() + "." + ProcessHandle.current().pid() + "."
        + Thread.currentThread().getId());
    try {
      Files.deleteIfExists(temporary);
      Files.createSymbolicLink(temporary, to);
      Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw layout().failure(attempt, e);
    }
  }
}
