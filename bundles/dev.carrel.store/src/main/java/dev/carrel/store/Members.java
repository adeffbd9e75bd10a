package dev.carrel.store;

import dev.carrel.api.host.Host;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is noted of the files of a union's members; each member's notes are read once. */
final class Members {
  private final List<Layout> layouts;
  private final Host host;
  private final Map<Path, Optional<Listing>> known = new HashMap<>();

  /** In some stores. */
  Members(List<Layout> layouts, Host host) {
    this.layouts = layouts;
    this.host = host;
  }

  /** All that an item has: what an older Carrel has not noted is read. */
  Listing files(StorePath item) throws IOException {
    for (Layout layout : layouts) {
      Path directory = layout.item(item);
      if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        Optional<Listing> noted = noted(layout, item.fileName());
        return noted.isPresent() ? noted.get() : Nar.content(directory, host).files();
      }
    }
    throw new NoSuchFileException(layouts.get(0).item(item).toString());
  }

  private Optional<Listing> noted(Layout layout, String item) throws IOException {
    Path notes = layout.about().resolve(item);
    Optional<Listing> listing = known.get(notes);
    if (listing == null) {
      listing = About.read(notes, item).map(About::files);
      known.put(notes, listing);
    }
    return listing;
  }
}
