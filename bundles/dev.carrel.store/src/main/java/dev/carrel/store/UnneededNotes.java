package dev.carrel.store;

import dev.carrel.store.Listing.Entry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is kept beside items and is of no use once they are gone: notes, and links to files that no item has any more. */
final class UnneededNotes {
  private final Layout layout;
  private final Set<String> keys = new HashSet<>();
  private Set<String> going = Set.of();
  private boolean unknown;

  UnneededNotes(Layout layout) {
    this.layout = layout;
  }

  /** Reads what is noted of items that go. */
  void read(Set<String> going) throws IOException {
    this.going = going;
    for (String name : going) {
      Optional<About> about = About.read(layout.about().resolve(name), name);
      if (about.isEmpty()) {
        unknown = true;
      } else {
        for (Entry entry : about.get().files().entries().values()) {
          if (entry.isFile()) {
            keys.add(entry.key());
          }
        }
      }
    }
  }

  /**
   * Removes notes of items that go and of those that are not there.
   *
   * @param before the names of items that were valid
   * @param held the names of items that somebody may be making
   */
  void removeNotes(Set<String> before, Set<String> held) throws IOException {
    try (DirectoryStream<Path> notes = Files.newDirectoryStream(layout.about())) {
      for (Path note : notes) {
        String name = note.getFileName().toString();
        if (going.contains(name) || !before.contains(name) && !held.contains(name)) {
          Files.deleteIfExists(note);
        }
      }
    }
  }

  /** Removes links whose file has no other name; who adds an item with such a file makes a new link. */
  long removeLinks() throws IOException {
    long bytes = 0;
    if (!unknown) {
      for (String key : keys) {
        bytes += remove(layout.links().resolve(key));
      }
      return bytes;
    }
    try (DirectoryStream<Path> links = Files.newDirectoryStream(layout.links())) {
      for (Path link : links) {
        bytes += remove(link);
      }
    }
    return bytes;
  }

  private static long remove(Path link) throws IOException {
    try {
      Map<String, Object> attributes = Files.readAttributes(link, "unix:nlink,size", LinkOption.NOFOLLOW_LINKS);
      if ((Integer) attributes.get("nlink") == 1) {
        Files.deleteIfExists(link);
        return (Long) attributes.get("size");
      }
      return 0;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
