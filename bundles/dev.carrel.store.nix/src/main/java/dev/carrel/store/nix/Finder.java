package dev.carrel.store.nix;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.PackageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds the items that somebody means. */
record Finder(Catalog catalog, Profiles profiles) {
  private static final int MOST_LISTED = 10;

  /**
   * The item that is asked for: by its path or one that leads to it; by its name, as it is installed in a profile, or else as the
   * only one of the store; nothing if it is not there.
   *
   * @throws CarrelException if several are called so
   */
  Optional<Path> find(PackageRequest wanted) throws SQLException {
    if (wanted.name().startsWith("/")) {
      Path item = followed(catalog.place(), wanted);
      return catalog.valid(List.of(item)).isEmpty() ? Optional.empty() : Optional.of(item);
    }
    for (Path profile : profiles.current()) {
      Optional<Path> installed = only(wanted, called(wanted, profiles.installed(profile)), "installed in " + profile);
      if (installed.isPresent()) {
        return installed;
      }
    }
    List<Path> candidates = new ArrayList<>();
    for (Path item : called(wanted, catalog.beginningWith(plain(wanted)))) {
      // A recipe's sources, say hello-2.12.tar.gz, have names like packages.
      if (Files.isDirectory(catalog.place().onHost(item), LinkOption.NOFOLLOW_LINKS)) {
        candidates.add(item);
      }
    }
    return only(wanted, candidates, "in the store");
  }

  /** The item to which a path leads. */
  static Path followed(Place place, PackageRequest wanted) {
    Path path = Path.of(wanted.name());
    try {
      Path item = place.follow(path);
      if (place.isItem(item)) {
        return item;
      }
    } catch (IOException e) {
      throw CarrelException.usage("cannot use " + path + " as a package: " + e.getMessage() + " does not exist. Give the path of an item of "
          + place.items());
    }
    throw CarrelException.usage("cannot use " + path + " as a package: it is no item of " + place.items() + ", and does not lead to one");
  }

  /** What the names of all that may be called so begin with: behind it are a version and maybe an output. */
  private static String plain(PackageRequest wanted) {
    int dash = wanted.name().lastIndexOf('-');
    return dash > 0 ? wanted.name().substring(0, dash) : wanted.name();
  }

  private static List<Path> called(PackageRequest wanted, List<Path> items) {
    List<Path> called = new ArrayList<>();
    for (Path item : items) {
      Optional<ItemName> name = ItemName.of(item);
      if (name.isPresent() && name.get().isCalled(wanted.name(), wanted.version())) {
        called.add(item);
      }
    }
    return called;
  }

  private Optional<Path> only(PackageRequest wanted, List<Path> items, String where) {
    if (items.size() > 1) {
      StringBuilder list = new StringBuilder();
      for (Path item : items.subList(0, Math.min(items.size(), MOST_LISTED))) {
        list.append(list.length() == 0 ? "" : ", ").append(item);
      }
      throw CarrelException.usage("which " + catalog.place().name() + ":" + wanted + " is meant? " + items.size() + " items " + where
          + " are called so: " + list + (items.size() > MOST_LISTED ? ", …" : "") + ". Give one of these paths, or NAME=VERSION");
    }
    return items.stream().findFirst();
  }

  /** Names like one that is not there. */
  List<String> nearest(String wanted) throws SQLException {
    Set<String> names = new TreeSet<>();
    for (Path profile : profiles.current()) {
      profiles.installed(profile).forEach(item -> ItemName.of(item).ifPresent(name -> names.add(name.name())));
    }
    for (Path item : catalog.beginningWith("")) {
      ItemName.of(item).ifPresent(name -> names.add(name.name()));
    }
    return NearestNames.of(wanted, names);
  }

  /** The items and all that they need, in the order of their paths. */
  List<Path> closure(Set<Path> items) throws SQLException {
    List<Path> closure = catalog.closure(items);
    for (Path item : items) {
      if (!contains(closure, item)) {
        throw CarrelException.failed("cannot use " + item + ": it is not valid in " + catalog.place().database()
            + ". " + catalog.place().title() + " may have collected it: install it again");
      }
    }
    return closure;
  }

  /** Whether an item is in a closure, whose order is that of the paths. */
  static boolean contains(List<Path> closure, Path item) {
    return Collections.binarySearch(closure, item) >= 0;
  }
}
