package dev.carrel.environment;

import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An installation as a file, so that it is found out once: words that end with NUL, which no path has. */
final class Listing {
  private static final String FORMAT = "installation 1";
  /** The file's name in its item. */
  static final String FILE = "listing";

  private final List<String> words;
  private int at;

  private Listing(List<String> words) {
    this.words = words;
  }

  static byte[] of(Installation installation) {
    StringBuilder text = new StringBuilder(1024);
    word(text, FORMAT);
    word(text, installation.store());
    word(text, Integer.toString(installation.packages().size()));
    for (Path wanted : installation.packages()) {
      word(text, wanted.toString());
    }
    word(text, Integer.toString(installation.closure().size()));
    for (Item item : installation.closure()) {
      word(text, item.path().toString());
      word(text, item.source().toString());
    }
    word(text, Integer.toString(installation.links().size()));
    for (Map.Entry<Path, Path> link : new TreeMap<>(installation.links()).entrySet()) {
      word(text, link.getKey().toString());
      word(text, link.getValue().toString());
    }
    word(text, Integer.toString(installation.searchPaths().size()));
    for (Map.Entry<String, String> variable : new TreeMap<>(installation.searchPaths()).entrySet()) {
      word(text, variable.getKey());
      word(text, variable.getValue());
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void word(StringBuilder text, String word) {
    text.append(word).append('\0');
  }

  /** What an item of the store lists; nothing if it is of another version of Carrel, or something of it has been collected. */
  static Optional<Installation> read(Path item) {
    try {
      String text = Files.readString(item.resolve(FILE));
      List<String> words = new ArrayList<>();
      for (int from = 0, to = text.indexOf('\0'); to >= 0; from = to + 1, to = text.indexOf('\0', from)) {
        words.add(text.substring(from, to));
      }
      Listing listing = new Listing(words);
      return listing.next().equals(FORMAT) ? listing.installation() : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // it is made anew
    }
  }

  private Optional<Installation> installation() {
    String store = next();
    List<Path> packages = new ArrayList<>();
    for (int left = number(); left > 0; left--) {
      packages.add(Path.of(next()));
    }
    List<Item> closure = new ArrayList<>();
    for (int left = number(); left > 0; left--) {
      Item item = new Item(Path.of(next()), Path.of(next()));
      if (!Files.exists(item.source(), LinkOption.NOFOLLOW_LINKS)) {
        return Optional.empty();
      }
      closure.add(item);
    }
    Map<Path, Path> links = new HashMap<>();
    for (int left = number(); left > 0; left--) {
      links.put(Path.of(next()), Path.of(next()));
    }
    Map<String, String> searchPaths = new HashMap<>();
    for (int left = number(); left > 0; left--) {
      searchPaths.put(next(), next());
    }
    return Optional.of(new Installation(store, packages, closure, links, searchPaths));
  }

  private String next() {
    return words.get(at++);
  }

  private int number() {
    return Integer.parseInt(next());
  }
}
