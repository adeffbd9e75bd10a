package dev.carrel.store;

import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep.ItemInfo;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells what is in a store. */
record Inspection(Layout layout, Map<String, Database.Row> rows) {
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;

  /** Files that several items share count for the first one; unions come last, which have only those of others. */
  List<ItemInfo> items() throws IOException {
    Map<String, List<String>> referrers = new Reach(rows).referrers();
    List<Database.Row> sorted = new ArrayList<>(rows.values());
    sorted.sort(Database.Row.UNIONS_LAST.thenComparing(row -> row.item().name())
        .thenComparing(row -> row.item().version()).thenComparing(row -> row.item().digest()));
    Set<Object> counted = new HashSet<>();
    List<ItemInfo> items = new ArrayList<>();
    for (Database.Row row : sorted) {
      Optional<About> about = About.read(layout.about(row.item()), row.item().fileName());
      items.add(new ItemInfo(row.item(), row.hash(), row.size(), size(layout.item(row.item()), counted), Instant.ofEpochSecond(row.time()),
          paths(row.references()), paths(referrers.getOrDefault(row.item().fileName(), List.of())), about.flatMap(About::origin)));
    }
    items.sort(Comparator.comparing((ItemInfo info) -> info.item().name()).thenComparing(info -> info.item().version())
        .thenComparing(info -> info.item().digest()));
    return items;
  }

  private List<StorePath> paths(List<String> names) {
    List<StorePath> paths = new ArrayList<>();
    names.stream().sorted().forEach(name -> paths.add(rows.containsKey(name) ? rows.get(name).item() : ItemName.parse(name)));
    return paths;
  }

  private static long size(Path path, Set<Object> counted) throws IOException {
    Map<String, Object> attributes;
    try {
      attributes = Files.readAttributes(path, "unix:mode,size,ino,dev", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return 0;
    }
    if (((Integer) attributes.get("mode") & TYPE) != DIRECTORY) {
      return counted.add(attributes.get("dev") + ":" + attributes.get("ino")) ? (Long) attributes.get("size") : 0;
    }
    long size = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        size += size(entry, counted);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return size;
    }
    return size;
  }

  /** Those that a word means, among items whose directories' names have it in them. A name alone may mean several versions. */
  static List<StorePath> meant(String text, List<StorePath> like) {
    List<StorePath> found = new ArrayList<>();
    String word = word(text);
    boolean path = !word.equals(text); // which names a directory, and nothing shorter
    for (StorePath item : like) {
      if (item.fileName().equals(word)) {
        return List.of(item);
      }
      if (!path && (item.name().equals(word) || word.length() >= 4 && item.digest().startsWith(word) || (item.name() + "-" + item.version()).equals(word))) {
        found.add(item);
      }
    }
    return found;
  }

  /** What a user wrote, without the directory of an item's path. */
  static String word(String text) {
    int slash = text.lastIndexOf('/', Math.max(text.length() - 2, 0));
    return slash < 0 ? text : text.substring(slash + 1).replace("/", "");
  }
}
