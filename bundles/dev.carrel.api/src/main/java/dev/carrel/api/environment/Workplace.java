package dev.carrel.api.environment;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A place to work.
 *
 * @param spec the container it is
 * @param profile where the profile of its packages is, or would be
 * @param closure the store items it consists of
 * @param resolution which packages were found; empty if nothing had to be resolved
 * @param missing the items that are not in the store yet; empty after {@link Workplaces#prepare}
 * @param notes what the user should know and may ignore, a sentence each
 */
public record Workplace(
    ContainerSpec spec,
    Optional<Path> profile,
    List<StorePath> closure,
    Optional<Resolution> resolution,
    List<StorePath> missing,
    List<String> notes) {
  public Workplace {
    closure = List.copyOf(closure);
    missing = List.copyOf(missing);
    notes = List.copyOf(notes);
  }

  /** The same, started in another way. */
  public Workplace withSpec(ContainerSpec other) {
    return new Workplace(other, profile, closure, resolution, missing, notes);
  }
}
