package dev.carrel.store;

import dev.carrel.api.Progress;
import dev.carrel.store.Listing.Entry;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Files of another store, which cannot be linked to. Each content is copied once, into this store's {@code links/}, so that the
 * next profile that has it takes no space.
 */
final class CopiedFiles {
  private final Layout own;
  private long bytes;

  /** For a store. */
  CopiedFiles(Layout own) {
    this.own = own;
  }

  /** Says how much space it took to copy files from a store, if any. */
  static void tell(long bytes, Layout from, Progress progress) {
    if (bytes > 0) {
      progress.begin("copied " + Math.max(1, bytes / 1_000_000) + " MB from the store " + from.directory() + ", whose files cannot be linked to", -1,
          Progress.Unit.BYTES).close();
    }
  }

  /** How much had to be copied. */
  long bytes() {
    return bytes;
  }

  /**
   * Makes a file of the same content.
   *
   * @param known what is known of it
   * @return whether it is frozen already, and the one of its content that this store has
   */
  boolean make(Entry known, Path file, Path place) throws IOException {
    if (file.startsWith(own.items())) {
      Files.copy(file, place, StandardCopyOption.COPY_ATTRIBUTES);
      return false;
    }
    Path link = own.links().resolve(known.key());
    if (linked(link, place, Files.size(file))) {
      return true;
    }
    Files.copy(file, place, StandardCopyOption.COPY_ATTRIBUTES);
    bytes += Files.size(file);
    Freeze.file(place);
    try {
      Files.createLink(link, place);
    } catch (FileSystemException | UnsupportedOperationException e) {
      return true; // somebody else was quicker, or there are no links here
    }
    return true;
  }

  private static boolean linked(Path link, Path place, long size) throws IOException {
    try {
      if (Files.isRegularFile(link) && Files.size(link) == size) {
        Files.createLink(place, link);
        return true;
      }
      return false;
    } catch (FileSystemException | UnsupportedOperationException e) {
      return false;
    }
  }
}
