package dev.carrel.store;

import dev.carrel.api.host.Host;
import dev.carrel.store.Listing.Entry;
import dev.carrel.store.Listing.Kind;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a tree again of what is noted of it, from files that are elsewhere: in {@code links/}, or under the same name in some other
 * trees. Only what is whole is taken.
 */
final class Restoration {
  private final Layout layout;
  private final List<Path> trees;
  private final FileHash hash;
  private long copied;

  Restoration(Layout layout, List<Path> trees, Host host) {
    this.layout = layout;
    this.trees = trees;
    this.hash = new FileHash(host);
  }

  /** The sizes of the files that could not be linked to. */
  long copied() {
    return copied;
  }

  /**
   * Makes the tree, all but its top directory frozen.
   *
   * @param tree an empty directory
   * @return the first file that is nowhere; then the tree is not whole
   */
  Optional<String> make(Listing listing, Path tree) throws IOException {
    List<Path> directories = new ArrayList<>();
    for (Map.Entry<String, Entry> entry : listing.entries().entrySet()) { // a directory is before what is in it
      Path place = tree.resolve(entry.getKey());
      Kind kind = entry.getValue().kind();
      if (kind == Kind.DIRECTORY) {
        directories.add(Files.createDirectory(place));
      } else if (kind == Kind.LINK) {
        Freeze.time(Files.createSymbolicLink(place, Path.of(entry.getValue().content())));
      } else {
        Optional<Path> source = source(entry.getKey(), entry.getValue());
        if (source.isEmpty()) {
          return Optional.of(entry.getKey());
        }
        put(source.get(), place, kind);
      }
    }
    for (int i = directories.size() - 1; i >= 0; i--) {
      Freeze.directory(directories.get(i));
    }
    return Optional.empty();
  }

  private Optional<Path> source(String path, Entry entry) throws IOException {
    List<Path> candidates = new ArrayList<>();
    candidates.add(layout.links().resolve(entry.key()));
    trees.forEach(tree -> candidates.add(tree.resolve(path)));
    for (Path candidate : candidates) {
      if (Files.isRegularFile(candidate, LinkOption.NOFOLLOW_LINKS) && hash.of(candidate).equals(entry.content())) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** One with the source where that is as it has to be, or a copy. */
  private void put(Path source, Path place, Kind kind) throws IOException {
    if ((((Integer) Files.getAttribute(source, "unix:mode", LinkOption.NOFOLLOW_LINKS)) & 07777) == kind.mode()) {
      try {
        Files.createLink(place, source);
        return;
      } catch (FileSystemException | UnsupportedOperationException e) {
        // no more links to it, or none at all here: a full disk is told by the copy
      }
    }
    Files.copy(source, place);
    copied += Files.size(place);
    Files.setPosixFilePermissions(place, kind == Kind.PROGRAM ? Freeze.OPEN : Freeze.CLOSED);
    Freeze.file(place);
  }
}
