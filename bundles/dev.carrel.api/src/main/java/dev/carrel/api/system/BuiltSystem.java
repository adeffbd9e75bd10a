package dev.carrel.api.system;

import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A system in the store.
 *
 * @param directory where the item is
 * @param script the program that starts it
 * @param profile where the tree of its packages is
 * @param omitted what was declared and left out
 * @param notes what the user should know and may ignore, a sentence each
 */
public record BuiltSystem(StorePath item, Path directory, Path script, Path profile, List<InitTree.Omission> omitted, List<String> notes) {
  public BuiltSystem {
    Objects.requireNonNull(item);
    Objects.requireNonNull(directory);
    Objects.requireNonNull(script);
    Objects.requireNonNull(profile);
    omitted = List.copyOf(omitted);
    notes = List.copyOf(notes);
  }
}
