package dev.carrel.api.system;

import java.time.Duration;

/**
 * How a service is ended.
 *
 * @param signal which signal it gets: its name without SIG
 * @param timeout how long it may take before it is killed
 */
public record ServiceStop(String signal, Duration timeout) {
  public ServiceStop {
    if (!signal.matches("TERM|INT|QUIT|HUP|USR1|USR2|WINCH|KILL")) {
      throw new IllegalArgumentException("'" + signal + "' is no signal that ends a service: TERM, INT, QUIT, HUP, USR1, USR2, WINCH or KILL");
    }
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("the time in which a service ends is longer than nothing");
    }
  }

  /** By SIGTERM, in ten seconds. */
  public static ServiceStop standard() {
    return new ServiceStop("TERM", Duration.ofSeconds(10));
  }
}
