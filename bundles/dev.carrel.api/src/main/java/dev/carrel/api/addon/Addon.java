package dev.carrel.api.addon;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A bundle that is kept.
 *
 * @param name its symbolic name; of a file that is no bundle, the name of the file
 * @param version empty of a file that is no bundle
 * @param file where it is kept
 * @param shared whether it is root's, for all users
 * @param state what has become of it in this process, for people: {@code runs}; or what is wrong with it
 * @param sound whether nothing is wrong with it
 */
public record Addon(String name, String version, Path file, boolean shared, String state, boolean sound) {
  public Addon {
    Objects.requireNonNull(name);
    Objects.requireNonNull(version);
    Objects.requireNonNull(file);
    Objects.requireNonNull(state);
  }
}
