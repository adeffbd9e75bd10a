package dev.carrel.environment;

import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The packages of a workplace.
 *
 * @param profile the tree of those that a package source brings; empty where none were asked for
 * @param missing what is not in the store yet
 * @param elsewhere those that lie in other stores of the host
 */
record Provision(Optional<Path> profile, List<StorePath> closure, Optional<Resolution> resolution, List<StorePath> missing,
    Optional<Elsewhere> elsewhere) {
  Provision(Optional<Path> profile, List<StorePath> closure, Optional<Resolution> resolution, List<StorePath> missing) {
    this(profile, closure, resolution, missing, Optional.empty());
  }

  static Provision none() {
    return new Provision(Optional.empty(), List.of(), Optional.empty(), List.of());
  }

  /** With more packages, from elsewhere. */
  Provision with(Elsewhere more) {
    return new Provision(profile, closure, resolution, missing, Optional.of(more));
  }
}
