package dev.carrel.environment;

import dev.carrel.api.container.Life.Pin;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Packages that lie in other stores of the host.
 *
 * @param installations what each of the stores has of them
 * @param pins what keeps them from being collected
 * @param notes what the user should know about them
 */
record Elsewhere(List<Installation> installations, List<Pin> pins, List<String> notes) {
  private static final String PATH = "PATH";

  /** Where programs find what is in the packages: PATH above all, the host's usual directories behind them. */
  void addTo(Map<String, String> variables) {
    for (Map.Entry<String, String> variable : searchPaths().entrySet()) {
      String usual = variable.getKey().equals(PATH) ? ":" + variables.get(PATH) : "";
      variables.put(variable.getKey(), variable.getValue() + usual);
    }
  }

  /** The directories of all packages for each variable, those of the first store in front. */
  Map<String, String> searchPaths() {
    Map<String, String> all = new HashMap<>();
    for (Installation installation : installations) {
      for (Map.Entry<String, String> variable : installation.searchPaths().entrySet()) {
        String before = all.get(variable.getKey());
        all.put(variable.getKey(), before == null ? variable.getValue() : before + ":" + variable.getValue());
      }
    }
    return all;
  }

  /** The items of all, each once. */
  List<Item> items() {
    if (installations.size() == 1) {
      return installations.get(0).closure();
    }
    Map<Path, Item> items = new HashMap<>();
    for (Installation installation : installations) {
      for (Item item : installation.closure()) {
        items.put(item.path(), item);
      }
    }
    return new ArrayList<>(items.values());
  }
}
