package dev.carrel.api.store;

import dev.carrel.api.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A store of another package manager on this host, such as Nix's. Its items name each other by their absolute paths, so they
 * are neither copied nor put together to a profile: each is mounted at its own path. It is only read. The service property
 * {@value #NAME} repeats {@link #name()}.
 */
@ConsumerType
public interface HostStore {
  /** Service property with the store's name; no store and no {@link PackageSource} share one. */
  String NAME = PackageSource.NAME;

  /** The name users choose it by, before a colon in a package's name, too: {@code nix}. */
  String name();

  /** Whether a path is one of an item, or leads to one: such a path can be asked for in the place of a name. */
  boolean holds(Path path);

  /** A fingerprint of everything but the request that {@link #resolve} depends on for it. Quick; reads no database. */
  String state(List<PackageRequest> wanted);

  /**
   * Finds the items that satisfy a request, with everything they need.
   *
   * @param wanted names, or paths for which {@link #holds}
   * @param build whether the package manager may be asked to build or fetch what is not there
   * @throws dev.carrel.api.CarrelException if there is no such store, an item is unknown (names the nearest) or several have the
   *     name, or the database cannot be read
   */
  Installation resolve(List<PackageRequest> wanted, boolean build, Progress progress);

  /**
   * The directory in which a symbolic link to an item keeps it from being collected, through one more link if need be; it may have
   * to be made. Empty if there is none that the caller may write to.
   */
  Optional<Path> roots();
}
