package dev.carrel.api.system;

import dev.carrel.api.store.ProfileName;

/** The name of a system: lower-case letters, digits, {@code -} and {@code _}, at most 40 of them, beginning with a letter or a digit. */
public record SystemName(String name) {
  /** How the names of the profiles begin whose generations are systems. */
  public static final String PROFILE = "system.";

  public SystemName {
    if (!name.matches("[a-z0-9][a-z0-9_-]{0,39}")) {
      throw new IllegalArgumentException("'" + name + "' is no name of a system: lower-case letters, digits, '-' and '_', at most 40,"
          + " beginning with a letter or a digit");
    }
  }

  /** The profile whose generations are those of the system. */
  public ProfileName profile() {
    return new ProfileName(PROFILE + name);
  }

  @Override
  public String toString() {
    return name;
  }
}
