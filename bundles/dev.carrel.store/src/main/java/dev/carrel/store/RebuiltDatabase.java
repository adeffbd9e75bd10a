package dev.carrel.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A database made from what is noted beside the items. It is made beside the old one and put in its place by a rename; what was
 * there is kept under another name.
 */
record RebuiltDatabase(Layout layout) {
  int put() throws IOException {
    Map<String, About> known = known();
    Path fresh = layout.database().resolveSibling("rebuilt.sqlite");
    for (String end : new String[] {"", "-wal", "-shm"}) {
      Files.deleteIfExists(fresh.resolveSibling(fresh.getFileName() + end));
    }
    try (Database database = Database.open(fresh, Database.PATIENCE)) {
      database.register(known.values().stream().map(About::entry).toList(), System.currentTimeMillis() / 1000, registered -> {});
    }
    String time = Long.toString(System.currentTimeMillis());
    for (String end : new String[] {"", "-wal", "-shm"}) {
      Path old = layout.database().resolveSibling(layout.database().getFileName() + end);
      if (Files.exists(old)) {
        Files.move(old, old.resolveSibling("damaged-" + time + end));
      }
    }
    Files.move(fresh, layout.database(), StandardCopyOption.ATOMIC_MOVE);
    Layout.flush(layout.database().getParent());
    return known.size();
  }

  /** Items that are there with all they refer to. */
  private Map<String, About> known() throws IOException {
    Map<String, About> known = new HashMap<>();
    try (DirectoryStream<Path> items = Files.newDirectoryStream(layout.items())) {
      for (Path item : items) {
        String name = item.getFileName().toString();
        Optional<About> about = About.read(layout.about().resolve(name), name);
        if (about.isPresent() && Files.isDirectory(item, LinkOption.NOFOLLOW_LINKS)) {
          known.put(name, about.get());
        }
      }
    }
    boolean complete = false;
    while (!complete) {
      Map<String, About> there = Map.copyOf(known);
      complete = !known.values().removeIf(about -> about.entry().references().stream().anyMatch(one -> !there.containsKey(one.fileName())));
    }
    return known;
  }
}
