package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings items into being; the order of its steps is told in the package's description. */
final class Realization {
  private final Host host;
  private final Layout layout;
  private final ItemLocks locks;
  private final Staging staging;

  Realization(Host host, Layout layout, Staging staging) {
    this.host = host;
    this.layout = layout;
    this.locks = new ItemLocks(layout.locks().resolve("items"));
    this.staging = staging;
  }

  /** Makes those items that are not valid. */
  void realize(Collection<Recipe> recipes, Workshop.Finish finish, Database database, Progress progress) {
    Map<StorePath, Recipe> missing = missing(recipes, database);
    if (missing.isEmpty()) {
      return;
    }
    try (PatientLock.Held held = locks.acquire(missing.keySet(), progress)) {
      missing = missing(missing.values(), database); // others may have made some meanwhile
      if (!missing.isEmpty()) {
        make(missing.values(), finish, database, progress);
      }
    } catch (IOException e) {
      throw layout.failure("add " + what(missing.keySet()) + " to the store " + layout.directory(), e);
    }
  }

  private static String what(Set<StorePath> items) {
    String first = items.iterator().next().toString();
    return items.size() == 1 ? first : first + " and " + (items.size() - 1) + " more";
  }

  private Map<StorePath, Recipe> missing(Collection<Recipe> recipes, Database database) {
    Map<StorePath, Recipe> missing = new LinkedHashMap<>();
    for (Recipe recipe : recipes) {
      if (!missing.containsKey(recipe.item()) && !isValid(recipe.item(), database)) {
        missing.put(recipe.item(), recipe);
      }
    }
    return missing;
  }

  boolean isValid(StorePath item, Database database) {
    return isThere(item) && database.isValid(item);
  }

  private boolean isThere(StorePath item) {
    return Files.isDirectory(layout.item(item), LinkOption.NOFOLLOW_LINKS);
  }

  private void make(Collection<Recipe> recipes, Workshop.Finish finish, Database database, Progress progress) throws IOException {
    try (Staging.Place place = staging.open(); Progress.Task task = progress.begin("adding to the store", recipes.size(), Progress.Unit.ITEMS)) {
      Layout inner = layOut(place);
      adopt(new Workshop(layout, inner, finish).stage(recipes, task), inner, database);
    }
  }

  /** In a place there is everything where a store has it, so that a union can be made of what is not in the store yet. */
  private static Layout layOut(Staging.Place place) throws IOException {
    Layout inner = new Layout(place.path());
    Files.createDirectory(inner.items());
    Files.createDirectory(inner.about());
    return inner;
  }

  /** Who brings items that are made already. */
  interface Bringing {
    /**
     * Unpacks and freezes items into a place that is laid out as a store is.
     *
     * @param missing those that are not valid yet
     */
    List<Workshop.Made> bring(Set<StorePath> missing, Layout place) throws IOException;
  }

  /** Brings items that are made already; all become valid in one transaction. */
  void bring(Collection<StorePath> items, Bringing bringing, Database database, Progress progress) throws IOException {
    try (PatientLock.Held held = locks.acquire(items, progress); Staging.Place place = staging.open()) {
      Set<StorePath> missing = new LinkedHashSet<>(items);
      missing.removeIf(item -> isValid(item, database));
      Layout inner = layOut(place);
      List<Workshop.Made> brought = bringing.bring(missing, inner);
      if (!brought.isEmpty()) {
        adopt(brought, inner, database);
      }
    }
  }

  private void adopt(List<Workshop.Made> made, Layout place, Database database) throws IOException {
    for (Workshop.Made one : made) {
      one.about().write(place.about(one.item()));
    }
    host.sync(place.directory()); // once for all, and before the database is held
    EqualFiles equal = new EqualFiles(layout, place.directory());
    for (Workshop.Made one : made) {
      equal.share(place.item(one.item()), one.about().files(), one.fresh());
    }
    register(made.stream().map(one -> one.about().entry()).toList(), place, database);
    layout.takeReserve();
  }

  private void register(List<Database.Entry> entries, Layout place, Database database) throws IOException {
    List<Path> placed = new ArrayList<>(entries.size());
    try {
      database.register(entries, System.currentTimeMillis() / 1000, registered -> {
        for (Database.Entry entry : entries) {
          if (!registered.contains(entry.item()) || !isThere(entry.item())) {
            placed.add(place(entry.item(), place));
          }
        }
        Layout.flush(layout.items());
      });
    } catch (IOException | RuntimeException | Error e) {
      remove(placed, e);
      throw e;
    }
  }

  private Path place(StorePath item, Layout place) throws IOException {
    Path target = layout.item(item);
    Freeze.remove(target); // not registered: a killed process left it
    try {
      Files.move(place.about(item), layout.about(item), StandardCopyOption.ATOMIC_MOVE);
      Files.move(place.item(item), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("its staging/ and items/ are not on one file system", e);
    }
    Freeze.directory(target); // only now: to move a directory elsewhere changes it, and needs its write permission
    return target;
  }

  private static void remove(List<Path> placed, Throwable cause) {
    for (Path item : placed) {
      try {
        Freeze.remove(item);
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /** Refuses to build on what is not there. */
  void requireValid(String attempt, Collection<StorePath> items, Database database) {
    for (StorePath item : items) {
      if (!isValid(item, database)) {
        throw CarrelException.failed("cannot " + attempt + ": " + item + " is not in the store " + layout.directory()
            + ". Add it first");
      }
    }
  }
}
