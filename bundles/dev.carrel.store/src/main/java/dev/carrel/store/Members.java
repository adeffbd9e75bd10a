package dev.carrel.store;

import dev.carrel.store.Listing.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is noted of the files of a union's members; each member's notes are read once. */
final class Members {
  private final List<Layout> layouts;
  private final Map<Path, Optional<Listing>> known = new HashMap<>();

  /** In some stores. */
  Members(List<Layout> layouts) {
    this.layouts = layouts;
  }

  /** What is noted of a file of an item, or null: an older Carrel noted nothing. */
  Entry entry(Path file) throws IOException {
    for (Layout layout : layouts) {
      if (file.startsWith(layout.items())) {
        Path below = layout.items().relativize(file);
        String item = below.getName(0).toString();
        Path notes = layout.about().resolve(item);
        Optional<Listing> listing = known.get(notes);
        if (listing == null) {
          listing = About.read(notes, item).map(About::files);
          known.put(notes, listing);
        }
        return listing.isPresent() ? listing.get().entries().get(below.subpath(1, below.getNameCount()).toString()) : null;
      }
    }
    return null;
  }
}
