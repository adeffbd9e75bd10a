package dev.carrel.api.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Somewhere packages come from. The service property {@value #NAME} repeats {@link #name()}. */
@ConsumerType
public interface PackageSource {
  /** Service property with the source's name. */
  String NAME = "carrel.source";

  /** When a source may fetch its lists of packages. */
  enum Lists {
    /** If they were never fetched. */
    IF_MISSING,
    /** Anew. */
    REFRESH,
    /** Never: use what is there and fail if nothing is. */
    AS_THEY_ARE
  }

  /** The name users choose it by: {@code debian}. */
  String name();

  /**
   * A fingerprint of everything but the request that a profile depends on: lists, settings, architecture, how packages are configured.
   * Quick and offline. Empty if the lists were never fetched.
   */
  String state(Store store);

  /** Whether it can tell what building a package needs; if not, it is never asked for the {@link PackageRequest.Part#INPUTS} of one. */
  default boolean offersInputs() {
    return false;
  }

  /**
   * Finds the exact packages that satisfy a request, with everything they need.
   *
   * @throws dev.carrel.api.CarrelException if a package is unknown (names the nearest), they exclude each other, or
   *     the lists cannot be had
   */
  Resolution resolve(List<PackageRequest> wanted, Store store, Lists lists, Progress progress);

  /**
   * The same, but where it is free to choose, and the lists have it, it takes one of these versions.
   *
   * @param preferred names with versions
   */
  default Resolution resolve(List<PackageRequest> wanted, List<PackageRequest> preferred, Store store, Lists lists, Progress progress) {
    return resolve(wanted, store, lists, progress);
  }

  /**
   * Brings packages into the store that were resolved elsewhere or long ago: from where they were then, whatever the lists say by now.
   * What comes is compared with the hashes of the resolution, which may have been written by anybody.
   *
   * @param archives addresses of archives that have what is not there any more
   * @throws dev.carrel.api.CarrelException if a package cannot be had, or is not what the resolution says
   */
  default void restore(Resolution resolution, List<String> archives, Store store, Progress progress) {
    realize(resolution, store, progress);
  }

  /**
   * Brings the packages into the store; downloads and unpacks only those that are not there.
   *
   * @throws dev.carrel.api.CarrelException if that failed; what is in the store then is valid
   */
  void realize(Resolution resolution, Store store, Progress progress);

  /** How its packages are configured; empty: they are ready as they are. */
  default Optional<Configuration> configuration() {
    return Optional.empty();
  }

  /**
   * The packages in whose name or description all words are found, in the order of their names.
   *
   * @throws dev.carrel.api.CarrelException if the source cannot search, or has no lists
   */
  default List<PackageInfo> search(List<String> words, Store store, Progress progress) {
    throw CarrelException.failed("cannot search: the package source " + name() + " has no search. Choose another with --source=NAME");
  }

  /**
   * What is known of packages: of those among the names that there are, in the order of the names.
   *
   * @throws dev.carrel.api.CarrelException if the source cannot tell, or has no lists
   */
  default List<PackageInfo> describe(List<String> names, Store store, Progress progress) {
    throw CarrelException.failed("cannot describe packages: the package source " + name()
        + " does not tell of them. Choose another with --source=NAME");
  }
}
