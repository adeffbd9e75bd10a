package dev.carrel.api.declaration;

import org.osgi.annotation.versioning.ProviderType;

/** Reads declarations: TOML 1.0. */
@ProviderType
public interface Declarations {
  /**
   * Reads a file's text.
   *
   * @param name what the file is called in messages
   * @throws dev.carrel.api.CarrelException of kind USAGE if it is no TOML, with the place of the first fault
   */
  Value.Table read(String name, String text);
}
