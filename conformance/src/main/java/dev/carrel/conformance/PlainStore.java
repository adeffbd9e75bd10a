package dev.carrel.conformance;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Closure;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A store of directories that can do what a package source asks of one, and no more: it makes no profiles and collects nothing. With
 * it a source is tested without Carrel.
 *
 * @param directory where it is; made with the first item
 */
record PlainStore(Path directory) implements Store {
  @Override
  public Path locate(StorePath item) {
    return directory.resolve("items").resolve(item.fileName());
  }

  @Override
  public boolean isValid(StorePath item) {
    return Files.isDirectory(locate(item));
  }

  /** As in every store, all of them become valid or none. */
  @Override
  public void realize(Collection<Recipe> recipes, Progress progress) {
    synchronized (PlainStore.class) {
      try {
        Path staging = Files.createDirectories(directory.resolve("staging"));
        Files.createDirectories(directory.resolve("items"));
        Map<StorePath, Path> built = new LinkedHashMap<>();
        for (Recipe recipe : recipes) {
          if (!isValid(recipe.item())) {
            Path begun = Files.createTempDirectory(staging, "item");
            recipe.builder().build(begun);
            built.put(recipe.item(), begun);
          }
        }
        for (Map.Entry<StorePath, Path> one : built.entrySet()) {
          Files.move(one.getValue(), locate(one.getKey()));
        }
      } catch (IOException e) {
        throw CarrelException.failed("an item could not be made: " + e, e);
      }
    }
  }

  @Override
  public String hash(StorePath item) {
    try {
      return Tree.digest(String.join("\n", Tree.of(locate(item))).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw CarrelException.failed("cannot read " + locate(item) + ": " + e.getMessage(), e);
    }
  }

  private static UnsupportedOperationException notOfSources() {
    return new UnsupportedOperationException("a package source does not ask its store for this");
  }

  @Override
  public StorePath unionPath(String name, List<StorePath> items, String finish) {
    throw notOfSources();
  }

  @Override
  public StorePath union(String name, List<StorePath> items, Finish finish, Progress progress) {
    throw notOfSources();
  }

  @Override
  public Closure closure(StorePath item) {
    throw notOfSources();
  }

  @Override
  public Optional<StorePath> recall(String key) {
    throw notOfSources();
  }

  @Override
  public void remember(String key, StorePath item) {
    throw notOfSources();
  }

  @Override
  public void addRoot(Path link, StorePath item) {
    throw notOfSources();
  }
}
