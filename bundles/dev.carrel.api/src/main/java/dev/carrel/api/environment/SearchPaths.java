package dev.carrel.api.environment;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How programs of the host find what is in packages, without a container.
 *
 * @param profile the tree of those packages that have one, which is the environment's name then
 * @param variables lists of directories with colons between them, by the name of a variable: PATH above all
 * @param notes what the user should know and may ignore, a sentence each
 */
public record SearchPaths(Optional<Path> profile, Map<String, String> variables, List<String> notes) {
  public SearchPaths {
    Objects.requireNonNull(profile);
    variables = Map.copyOf(variables);
    notes = List.copyOf(notes);
  }
}
