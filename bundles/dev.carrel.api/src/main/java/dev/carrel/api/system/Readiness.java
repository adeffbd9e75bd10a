package dev.carrel.api.system;

import java.time.Duration;
import java.util.List;

/** When a service counts as up, so that what depends on it may start. */
public sealed interface Readiness {
  /** As soon as its program runs; one that runs once: when it has ended well. */
  record Started() implements Readiness {}

  /** When it has written a line to a descriptor, as programs for s6 do. */
  record Notification(int descriptor, Duration timeout) implements Readiness {
    public Notification {
      if (descriptor < 3 || descriptor > 1000) {
        throw new IllegalArgumentException("the descriptor for readiness is 3 to 1000, not " + descriptor);
      }
      checkTimeout(timeout);
    }
  }

  /** When a command ends well; it is tried again and again. */
  record Succeeds(List<String> command, Duration timeout) implements Readiness {
    public Succeeds {
      command = List.copyOf(command);
      Service.checkCommand(command);
      checkTimeout(timeout);
    }
  }

  /** When something answers at a port of TCP inside. */
  record Answers(int port, Duration timeout) implements Readiness {
    public Answers {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
      }
      checkTimeout(timeout);
    }
  }

  private static void checkTimeout(Duration timeout) {
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("the time in which a service becomes ready is longer than nothing");
    }
  }
}
