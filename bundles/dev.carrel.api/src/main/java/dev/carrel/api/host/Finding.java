package dev.carrel.api.host;

import java.util.Objects;

/**
 * What a check found.
 *
 * @param subject what was looked at: {@code user namespaces}
 * @param detail what is there
 * @param remedy what to do about it; empty if there is nothing to do
 */
public record Finding(String subject, Level level, String detail, String remedy) {
  /** How much it matters. */
  public enum Level {
    /** As it should be. */
    OK,
    /** Something does not work without it, but most does. */
    LIMITED,
    /** Containers cannot be started. */
    BROKEN
  }

  public Finding {
    Objects.requireNonNull(subject);
    Objects.requireNonNull(level);
    Objects.requireNonNull(detail);
    Objects.requireNonNull(remedy);
  }

  /** All is well. */
  public static Finding ok(String subject, String detail) {
    return new Finding(subject, Level.OK, detail, "");
  }
}
