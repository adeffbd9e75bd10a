package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.write;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A process that makes items and a profile of them. Arguments: the store, a file to log builds to, names of items. */
final class Builder {
  private static final int FILES = 20;

  private Builder() {}

  public static void main(String[] arguments) {
    DirectoryStore store = Samples.store(Path.of(arguments[0]));
    build(store, List.of(arguments).subList(1, arguments.length));
  }

  static void build(DirectoryStore store, List<String> names) {
    List<Recipe> recipes = new ArrayList<>();
    List<StorePath> items = new ArrayList<>();
    for (String name : names) {
      items.add(item(name));
      recipes.add(new Recipe(item(name), Set.of(), place -> {
        for (int i = 0; i < FILES; i++) {
          write(place, "usr/share/" + name + "/" + i, (name + i).repeat(1000));
        }
      }));
    }
    store.realize(recipes, Progress.silent());
    store.union("profile", items, Progress.silent());
  }

  static Process start(Path store, List<String> names) throws java.io.IOException {
    List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dorg.sqlite.tmpdir=" + store.getParent(), "-cp", System.getProperty("java.class.path"), Builder.class.getName(), store.toString()));
    line.addAll(names);
    return new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** What each item has to be. */
  static void check(DirectoryStore store, String name) throws java.io.IOException {
    for (int i = 0; i < FILES; i++) {
      Path file = store.locate(item(name)).resolve("usr/share/" + name + "/" + i);
      if (!java.nio.file.Files.readString(file).equals((name + i).repeat(1000))) {
        throw new AssertionError(file + " is not what was built");
      }
    }
  }
}
