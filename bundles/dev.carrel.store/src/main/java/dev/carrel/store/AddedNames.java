package dev.carrel.store;

import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.TreeMap;

/** The names under which users added something: links, {@code name} to the last one and {@code name=version} to each. */
record AddedNames(Layout layout) {
  void put(StorePath item) throws IOException {
    Path target = Path.of("..", "items", item.fileName());
    if (!item.version().isEmpty()) {
      Links.replace(layout.added().resolve(item.name() + "=" + item.version()), target);
    }
    Links.replace(layout.added().resolve(item.name()), target);
  }

  /** Each name with the name of its item. */
  TreeMap<String, String> all() throws IOException {
    TreeMap<String, String> names = new TreeMap<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(layout.added())) {
      for (Path link : links) {
        if (Files.isSymbolicLink(link) && !link.getFileName().toString().startsWith(".")) {
          names.put(link.getFileName().toString(), Files.readSymbolicLink(link).getFileName().toString());
        }
      }
    } catch (NoSuchFileException e) {
      return names;
    }
    return names;
  }

  /** Forgets {@code name=version}, or {@code name} in all versions. */
  boolean forget(String name) throws IOException {
    boolean any = false;
    for (String one : all().keySet()) {
      if (one.equals(name) || one.startsWith(name + "=")) {
        Files.deleteIfExists(layout.added().resolve(one));
        any = true;
      }
    }
    return any;
  }
}
