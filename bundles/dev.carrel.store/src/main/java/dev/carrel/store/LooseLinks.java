package dev.carrel.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Removes from {@code links/} what has no other name: files of items that are gone, and of those that never came into being. Who is
 * making an item meanwhile may just be about to give such a file another name, so it is taken out of the way first, looked at
 * again, and put back if somebody was quicker.
 */
final class LooseLinks {
  private static final int BATCH = 1000;

  private final Layout layout;
  private final Path place;

  /**
   * Of a store.
   *
   * @param place a directory of one's own on its file system
   */
  LooseLinks(Layout layout, Path place) {
    this.layout = layout;
    this.place = place;
  }

  /** Removes them; tells how much space that gave. */
  long remove() throws IOException {
    List<Callable<Long>> works = new ArrayList<>();
    List<Path> batch = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(layout.links())) {
      for (Path link : links) {
        batch.add(link);
        if (batch.size() == BATCH) {
          works.add(removal(batch));
          batch = new ArrayList<>();
        }
      }
    }
    works.add(removal(batch));
    return Demolition.sum(works);
  }

  private Callable<Long> removal(List<Path> links) {
    return () -> {
      long bytes = 0;
      for (Path link : links) {
        bytes += remove(link);
      }
      return bytes;
    };
  }

  private long remove(Path link) throws IOException {
    try {
      if (!isLoose(link)) {
        return 0;
      }
      Path away = place.resolve("loose-" + link.getFileName());
      Files.move(link, away, StandardCopyOption.ATOMIC_MOVE);
      long size = Files.size(away);
      boolean loose = isLoose(away);
      if (!loose) {
        putBack(away, link);
      }
      Files.delete(away);
      return loose ? size : 0;
    } catch (NoSuchFileException e) {
      return 0; // another collection was quicker
    }
  }

  private static void putBack(Path away, Path link) throws IOException {
    try {
      Files.createLink(link, away);
    } catch (FileAlreadyExistsException e) {
      // a new one is there already
    }
  }

  private static boolean isLoose(Path link) throws IOException {
    Map<String, Object> attributes = Files.readAttributes(link, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
    return (Integer) attributes.get("nlink") == 1;
  }
}
