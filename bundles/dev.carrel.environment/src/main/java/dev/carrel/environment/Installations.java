package dev.carrel.environment;

import dev.carrel.api.Progress;
import dev.carrel.api.store.HostStore;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what stores of the host have of some packages; what was found once is remembered as an item of Carrel's own store.
 *
 * @param remember whether to make the items that remember it
 */
record Installations(Store store, Progress progress, boolean remember) {
  /** Changes whenever what is found for the same request changes. */
  private static final String FORMAT = "installation-1";
  private static final String NAME = "installation";
  private static final int DIGEST = 32;

  /**
   * Finds packages.
   *
   * @param build whether what is not there may be built or fetched
   */
  Installation provide(HostStore source, List<PackageRequest> wanted, boolean build) {
    Optional<Installation> known = recall(key(source, wanted));
    if (known.isPresent()) {
      return known.get();
    }
    Installation found = source.resolve(wanted, build && remember, progress);
    remember(key(source, wanted), found); // the key of now: it may have been built only just
    return found;
  }

  /** The host's /bin/sh with what it loads. */
  Installation shell() {
    String key = Keys.sha256((FORMAT + "\0shell\0" + HostShell.state()).getBytes(StandardCharsets.UTF_8));
    Optional<Installation> known = recall(key);
    if (known.isPresent()) {
      return known.get();
    }
    Installation found = HostShell.find();
    remember(key, found);
    return found;
  }

  private Optional<Installation> recall(String key) {
    Optional<StorePath> item = store.recall(key);
    return item.isPresent() ? Listing.read(store.locate(item.get())) : Optional.empty();
  }

  private void remember(String key, Installation found) {
    if (remember) {
      byte[] listing = Listing.of(found);
      StorePath item = StorePath.of(Keys.sha256(listing).substring(0, DIGEST), NAME, "");
      store.realize(List.of(new Recipe(item, Set.of(), directory -> Files.write(directory.resolve(Listing.FILE), listing))), progress);
      store.remember(key, item);
    }
  }

  private static String key(HostStore source, List<PackageRequest> wanted) {
    // The order of packages is that of PATH.
    StringBuilder text = new StringBuilder(FORMAT).append('\0').append(source.name()).append('\0').append(source.state(wanted));
    for (PackageRequest request : wanted) {
      text.append('\0').append(request);
    }
    return Keys.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
