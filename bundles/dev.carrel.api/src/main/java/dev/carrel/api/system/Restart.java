package dev.carrel.api.system;

import java.time.Duration;
import java.util.Objects;

/**
 * What becomes of a service that has ended by itself.
 *
 * @param first how long it is waited before the first restart; each further one of a row waits twice as long
 * @param longest how long it is waited at most
 */
public record Restart(When when, Duration first, Duration longest) {
  /** When it is started again. */
  public enum When { ALWAYS, ON_FAILURE, NEVER }

  public Restart {
    Objects.requireNonNull(when);
    if (first.isNegative() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("the longest wait before a restart is at least the first one");
    }
  }

  /** Always, after one second, and at most a minute. */
  public static Restart standard() {
    return new Restart(When.ALWAYS, Duration.ofSeconds(1), Duration.ofMinutes(1));
  }
}
