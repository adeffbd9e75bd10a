package dev.carrel.environment;

import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The packages of a workplace.
 *
 * @param profile the tree of all of them; empty where no packages were asked for
 * @param missing what is not in the store yet
 */
record Provision(Optional<Path> profile, List<StorePath> closure, Optional<Resolution> resolution, List<StorePath> missing) {
  static Provision none() {
    return new Provision(Optional.empty(), List.of(), Optional.empty(), List.of());
  }
}
