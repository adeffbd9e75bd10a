package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import dev.carrel.api.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Where the store is, and whether it can be used. */
@Component
public final class StoreCheck implements Check {
  private static final long SCARCE = 500_000_000L;

  private final Store store;

  @Activate
  public StoreCheck(@Reference Store store) {
    this.store = store;
  }

  @Override
  public List<Finding> examine() {
    Path directory;
    try {
      directory = store.directory();
    } catch (CarrelException e) {
      return List.of(new Finding("store", Level.BROKEN, e.getMessage(), "Set CARREL_STORE to a directory of your own"));
    }
    Path existing = directory;
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isWritable(existing)) {
      return List.of(new Finding("store", Level.LIMITED, directory + " cannot be written",
          "Profiles that are there can be used; for others set CARREL_STORE to a directory of your own"));
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      String size = free / 1_000_000 + " MB free";
      return List.of(free < SCARCE
          ? new Finding("store", Level.LIMITED, directory + ", only " + size, "Free some space, or set CARREL_STORE")
          : Finding.ok("store", directory + (existing.equals(directory) ? ", " : " (made at first use), ") + size));
    } catch (IOException e) {
      return List.of(new Finding("store", Level.LIMITED, directory + ": " + e.getMessage(), "See whether its file system is well"));
    }
  }
}
