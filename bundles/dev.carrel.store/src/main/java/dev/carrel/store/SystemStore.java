package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The store of root, in which others look before they fetch something into their own. It is only read, and without its database,
 * whose log nobody else may write to: an item is renamed into its place when it is whole, and out of it before it is deleted.
 */
record SystemStore(Layout layout) {
  /** The variable that says where it is; empty: there is none. */
  static final String NAME = "CARREL_SYSTEM_STORE";

  /**
   * Finds it, without touching a file. A store that was chosen by {@code CARREL_STORE} is one by itself, unless a system store
   * is chosen as well.
   *
   * @param own where the user's own store is
   */
  static Optional<SystemStore> beside(Path own, boolean chosen, Map<String, String> environment) {
    String said = environment.get(NAME);
    if (said == null ? chosen : !said.startsWith("/")) {
      return Optional.empty();
    }
    Path directory = Path.of(said == null ? Location.SYSTEM : said).normalize();
    return directory.equals(own) ? Optional.empty() : Optional.of(new SystemStore(new Layout(directory)));
  }

  boolean has(StorePath item) {
    return Files.isRegularFile(layout.about(item)) && Files.isDirectory(layout.item(item), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether nobody but root and the user could have put something into it. */
  boolean isSafe(Host host) {
    Account me = host.account();
    Ownership ownership = new Ownership(layout.directory(), me.uid(), me.gid());
    try {
      ownership.requireSafeWay();
      ownership.requireOwn(layout.directory().toRealPath());
      ownership.requireOwn(layout.items());
      return true;
    } catch (IOException | CarrelException e) {
      return false;
    }
  }

  /** An item and all it needs, as far as it is here. */
  List<StorePath> closure(StorePath item) throws IOException {
    TreeMap<String, StorePath> closure = new TreeMap<>();
    ArrayDeque<StorePath> open = new ArrayDeque<>(List.of(item));
    while (!open.isEmpty()) {
      StorePath next = open.pop();
      Optional<About> about = About.read(layout.about(next), next.fileName());
      if (about.isPresent() && closure.putIfAbsent(next.fileName(), next) == null) {
        open.addAll(about.get().entry().references());
      }
    }
    return new ArrayList<>(closure.values());
  }
}
