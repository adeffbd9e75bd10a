package dev.carrel.api.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Items of a {@link HostStore} that satisfy a request. All paths but the sources are those inside a container.
 *
 * @param store the name of the store
 * @param packages the items that were asked for, in that order
 * @param closure these, and all that they and the links need, in the order of their paths
 * @param links what is to be a symbolic link to something in an item, unless something else brings it: /bin/sh, /usr/bin/env
 * @param searchPaths variables by which programs find what is in the packages, PATH above all; directories with colons between them
 */
public record Installation(String store, List<Path> packages, List<Item> closure, Map<Path, Path> links, Map<String, String> searchPaths) {
  /**
   * An item.
   *
   * @param path where it is inside, as the others name it
   * @param source where it is on the host
   */
  public record Item(Path path, Path source) {
    public Item {
      if (!path.isAbsolute() || !source.isAbsolute() || path.getNameCount() < 2) {
        throw new IllegalArgumentException("an item is neither at " + path + " nor from " + source);
      }
    }
  }

  public Installation {
    Objects.requireNonNull(store);
    packages = List.copyOf(packages);
    closure = List.copyOf(closure);
    links = Map.copyOf(links);
    searchPaths = Map.copyOf(searchPaths);
  }
}
