package dev.carrel.environment;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Store;
import java.util.List;
import java.util.Optional;

/**
 * A package source whose packages are locked: nothing is looked up.
 *
 * @param source the source itself
 * @param resolution what is locked
 * @param archives where packages are looked for that are gone from where they were
 */
record LockedPart(PackageSource source, Resolution resolution, List<String> archives) implements PackageSource {
  @Override
  public String name() {
    return source.name();
  }

  @Override
  public String state(Store store) {
    return "";
  }

  @Override
  public Resolution resolve(List<PackageRequest> wanted, Store store, Lists lists, Progress progress) {
    return resolution;
  }

  @Override
  public void realize(Resolution locked, Store store, Progress progress) {
    source.restore(locked, archives, store, progress);
  }

  @Override
  public Optional<Configuration> configuration() {
    return source.configuration();
  }
}
