package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Closure;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.LinkedHashMap;
import java.util.Optional;

/** A store of directories, with just what a package source uses. */
final class DirectoryStore implements Store {
  private final Path directory;

  DirectoryStore(Path directory) {
    this.directory = directory;
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public Path locate(StorePath item) {
    return directory.resolve("items").resolve(item.fileName());
  }

  @Override
  public boolean isValid(StorePath item) {
    return Files.isDirectory(locate(item));
  }

  @Override
  public synchronized void realize(Collection<Recipe> recipes, Progress progress) {
    try {
      Path staging = Files.createDirectories(directory.resolve("staging"));
      Files.createDirectories(directory.resolve("items"));
      Map<StorePath, Path> built = new LinkedHashMap<>();
      for (Recipe recipe : recipes) {
        if (!isValid(recipe.item())) {
          Path fresh = Files.createTempDirectory(staging, "item");
          recipe.builder().build(fresh);
          built.put(recipe.item(), fresh);
        }
      }
      for (Map.Entry<StorePath, Path> one : built.entrySet()) {
        Files.move(one.getValue(), locate(one.getKey()));
      }
    } catch (IOException e) {
      throw CarrelException.failed("an item could not be made: " + e, e);
    }
  }

  /** Names of all items. */
  List<String> items() {
    try (var files = Files.list(directory.resolve("items"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (java.nio.file.NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String hash(StorePath item) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StorePath unionPath(String name, List<StorePath> items, String finish) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StorePath union(String name, List<StorePath> items, Finish finish, Progress progress) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Closure closure(StorePath item) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<StorePath> recall(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void remember(String key, StorePath item) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void addRoot(Path link, StorePath item) {
    throw new UnsupportedOperationException();
  }
}
