package dev.carrel.api.environment;

import dev.carrel.api.store.Generation;
import java.util.List;
import java.util.Objects;

/**
 * What a change of a profile came to.
 *
 * @param generation the one that the profile leads to now
 * @param notes what whoever asked for it should know, such as a package that is not configured
 */
public record Installed(Generation generation, List<String> notes) {
  public Installed {
    Objects.requireNonNull(generation);
    notes = List.copyOf(notes);
  }
}
