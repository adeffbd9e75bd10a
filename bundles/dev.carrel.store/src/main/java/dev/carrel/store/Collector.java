package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep.Root;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Deletes what nothing reaches. What a kill leaves at each point:
 * <ol>
 *   <li>with the gate closed, so that nobody begins to use anything, it is found out what is not reached; that is made invalid in
 *       one transaction: directories the database does not know, which the next collection takes;
 *   <li>still with the gate closed, these are renamed into a place in {@code staging/}: rubbish whose lock is free;
 *   <li>with the gate open, they are deleted, and what is left in {@code links/} with no other name: the next collection does it.
 * </ol>
 */
final class Collector {
  private final Layout layout;
  private final HeldItems held;
  private final Staging staging;
  private final Database database;
  private final Roots roots;

  /** What a collection came to. */
  record Result(List<StorePath> items, long bytes) {}

  Collector(Layout layout, HeldItems held, Staging staging, Database database, Roots roots) {
    this.layout = layout;
    this.held = held;
    this.staging = staging;
    this.database = database;
    this.roots = roots;
  }

  /**
   * What would go, and about how much that is.
   *
   * @param without generations that would be forgotten first
   */
  Result plan(OptionalLong atLeast, Instant since, List<Generation> without) throws IOException {
    List<Result> found = new ArrayList<>(1);
    Set<String> links = new HashSet<>();
    without.forEach(old -> links.add(new GenerationFiles(layout, old.profile()).link(old.number()).getFileName().toString()));
    held.closeGate(names -> {
      Map<String, Database.Row> rows = database.rows();
      List<StorePath> dead = dead(rows, names, atLeast, since, links);
      found.add(new Result(dead, dead.stream().mapToLong(item -> rows.get(item.fileName()).size()).sum()));
    });
    return found.get(0);
  }

  private List<StorePath> dead(Map<String, Database.Row> rows, Set<String> names, OptionalLong atLeast, Instant since, Set<String> without)
      throws IOException {
    Reach reach = new Reach(rows);
    Set<String> kept = new HashSet<>();
    for (Root root : roots.find(names, since)) {
      if (root.kind() != Root.Kind.GENERATION || !without.contains(root.where())) {
        kept.add(root.item().fileName());
      }
    }
    return reach.dead(reach.from(kept), atLeast);
  }

  /** Deletes it. */
  Result collect(OptionalLong atLeast, Instant since, Progress progress) throws IOException {
    List<StorePath> items = new ArrayList<>();
    List<Long> bytes = new ArrayList<>();
    try (Staging.Place place = staging.open()) {
      List<Path> moved = new ArrayList<>();
      held.closeGate(names -> {
        for (Path root : roots.dead()) {
          Files.deleteIfExists(root);
        }
        Map<String, Database.Row> rows = database.rows();
        items.addAll(dead(rows, names, atLeast, since, Set.of()));
        Set<String> going = new LinkedHashSet<>();
        items.forEach(item -> going.add(item.fileName()));
        going.addAll(unknown(rows.keySet(), names));
        boolean forgotten = forget(items);
        for (String name : going) {
          move(layout.items().resolve(name), place.path().resolve(name), moved);
        }
        if (!forgotten) {
          // An item without its directory is not valid, whatever the database says: what is freed is room for saying so.
          bytes.add(delete(moved, place.path(), progress));
          moved.clear();
          database.forget(items);
        }
        new UnneededNotes(layout).remove(going, rows.keySet(), names);
      });
      bytes.add(delete(moved, place.path(), progress));
    }
    return new Result(items, bytes.stream().mapToLong(Long::longValue).sum());
  }

  /** Whether there was space to write that down. */
  private boolean forget(List<StorePath> items) {
    try {
      if (!items.isEmpty()) {
        database.forget(items);
      }
      return true;
    } catch (CarrelException e) {
      if (DatabaseFailure.isFull(e)) {
        return false;
      }
      throw e;
    }
  }

  private long delete(List<Path> moved, Path place, Progress progress) throws IOException {
    long bytes = 0;
    if (!moved.isEmpty()) {
      try (Progress.Task task = progress.begin("deleting", moved.size(), Progress.Unit.ITEMS)) {
        bytes = Demolition.remove(moved, task::done);
      }
    }
    return bytes + new LooseLinks(layout, place).remove();
  }

  /** What killed processes left in the place of items. */
  private List<String> unknown(Set<String> valid, Set<String> names) throws IOException {
    List<String> unknown = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(layout.items())) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!valid.contains(name) && !names.contains(name)) {
          unknown.add(name);
        }
      }
    }
    return unknown;
  }

  private static void move(Path from, Path to, List<Path> moved) throws IOException {
    if (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
      Files.setPosixFilePermissions(from, PosixFilePermissions.fromString("rwxr-xr-x")); // a directory changes when it moves elsewhere
    } else if (!Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    moved.add(to);
  }
}
