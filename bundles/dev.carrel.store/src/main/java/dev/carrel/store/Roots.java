package dev.carrel.store;

import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep.Root;
import dev.carrel.api.store.Upkeep.Root.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds everything for whose sake items are kept. */
record Roots(Layout layout, RunningContainers containers) {
  /** A request that was remembered, and when it was last made. */
  record Remembered(Path link, Optional<StorePath> item, Instant used) {}

  /**
   * All of them.
   *
   * @param held the names of items that processes hold
   * @param since requests that were not made since then keep nothing
   */
  List<Root> find(Set<String> held, Instant since) throws IOException {
    List<Root> roots = new ArrayList<>();
    links(layout.profiles(), Kind.GENERATION, roots);
    links(layout.added(), Kind.ADDED, roots);
    for (Path root : entries(layout.roots())) {
      Optional<Path> place = place(root);
      if (place.isPresent()) {
        item(place.get()).ifPresent(item -> roots.add(new Root(Kind.LINK, place.get().toString(), item)));
      }
    }
    for (Map.Entry<String, String> mounted : containers.items().entrySet()) {
      if (Files.isDirectory(layout.items().resolve(mounted.getKey()))) { // containers may have items of other stores, too
        parse(mounted.getKey()).ifPresent(item -> roots.add(new Root(Kind.CONTAINER, mounted.getValue(), item)));
      }
    }
    for (String name : held) {
      parse(name).ifPresent(item -> roots.add(new Root(Kind.PROCESS, "", item)));
    }
    for (Remembered one : remembered()) {
      if (one.item().isPresent() && !one.used().isBefore(since)) {
        roots.add(new Root(Kind.ENVIRONMENT, one.link().getFileName().toString(), one.item().get()));
      }
    }
    roots.sort(Comparator.comparing(Root::kind).thenComparing(Root::where).thenComparing(root -> root.item().fileName()));
    return roots;
  }

  private void links(Path directory, Kind kind, List<Root> roots) throws IOException {
    for (Path link : entries(directory)) {
      item(link).ifPresent(item -> roots.add(new Root(kind, link.getFileName().toString(), item)));
    }
  }

  /** Where the link is that keeps something; nothing if it is gone, or leads elsewhere by now. */
  private Optional<Path> place(Path root) {
    try {
      Path place = Files.readSymbolicLink(root);
      Path to = place.resolveSibling(Files.readSymbolicLink(place)).normalize();
      return to.startsWith(layout.items()) ? Optional.of(place) : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Roots whose links are gone. */
  List<Path> dead() throws IOException {
    List<Path> dead = new ArrayList<>();
    for (Path root : entries(layout.roots())) {
      if (place(root).isEmpty()) {
        dead.add(root);
      }
    }
    return dead;
  }

  /** Every request that was remembered. */
  List<Remembered> remembered() throws IOException {
    List<Remembered> all = new ArrayList<>();
    for (Path link : entries(layout.environments())) {
      try {
        BasicFileAttributes times = Files.readAttributes(link, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        // The kernel notes when a link is read, once a day at least, unless the file system is mounted with noatime: mount(8), relatime.
        Instant made = times.lastModifiedTime().toInstant();
        Instant read = times.lastAccessTime().toInstant();
        all.add(new Remembered(link, item(link), read.isAfter(made) ? read : made));
      } catch (NoSuchFileException e) {
        // somebody else forgot it
      }
    }
    return all;
  }

  /** The item a link leads to. */
  private static Optional<StorePath> item(Path link) {
    try {
      return parse(Files.readSymbolicLink(link).getFileName().toString());
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // no link, or one of the user's to somewhere else
    }
  }

  private static Optional<StorePath> parse(String name) {
    try {
      return Optional.of(ItemName.parse(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static List<Path> entries(Path directory) throws IOException {
    try {
      return Trees.entries(directory);
    } catch (NoSuchFileException e) {
      return List.of(); // an older store
    }
  }
}
