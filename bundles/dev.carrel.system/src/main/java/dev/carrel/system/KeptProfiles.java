package dev.carrel.system;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/**
 * The profiles of systems that are kept, as far as the systems themselves do not keep them: what is in the store of root is not this
 * user's to keep, so it is copied, and a link in the store keeps the copy as long as a system needs it.
 */
record KeptProfiles(Store store) {
  private Path links() {
    return store.directory().resolve("systems");
  }

  /** Keeps a profile, if it is in the store of root. */
  void keep(Path profile) {
    if (profile.startsWith(store.directory())) {
      return;
    }
    StorePath item = new Profile(profile).item();
    try {
      Files.createDirectories(links());
      store.addRoot(links().resolve(item.fileName()), item);
    } catch (IOException e) {
      throw CarrelException.failed("cannot keep the profile " + item + " in the store " + store.directory() + ": " + e, e);
    }
  }

  /**
   * Sees to it that an item is in this user's store: what refers to it keeps it there, and this process until then.
   *
   * @return where it is there
   */
  Path bringHome(Path item) {
    if (item.startsWith(store.directory())) {
      return item;
    }
    keep(item);
    try {
      Files.deleteIfExists(links().resolve(item.getFileName().toString()));
    } catch (IOException e) {
      throw CarrelException.failed("cannot copy " + item + " to the store " + store.directory() + ": " + e, e);
    }
    return store.locate(new Profile(item).item());
  }

  /**
   * Forgets those that no system needs any more. What was linked only just, another process may be about to need.
   *
   * @param needed the names of the others
   */
  void forgetBut(Set<String> needed) {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(links())) {
      for (Path link : links) {
        if (!needed.contains(link.getFileName().toString()) && isOld(link)) {
          Files.deleteIfExists(link);
        }
      }
    } catch (NoSuchFileException e) {
      // none was ever kept
    } catch (IOException e) {
      throw CarrelException.failed("cannot forget profiles of systems in " + links() + ": " + e, e);
    }
  }

  private static boolean isOld(Path link) throws IOException {
    return Files.isSymbolicLink(link)
        && Files.getLastModifiedTime(link, LinkOption.NOFOLLOW_LINKS).toInstant().isBefore(Instant.now().minus(1, ChronoUnit.DAYS));
  }
}
