package dev.carrel.api.container;

import java.util.OptionalInt;

/**
 * How a program ended.
 *
 * @param code what it gave to exit(3), 0 to 255; 0 if a signal ended it
 * @param signal the signal that ended it
 */
public record ExitStatus(int code, OptionalInt signal) {
  /** It ended by itself. */
  public static ExitStatus exited(int code) {
    return new ExitStatus(code, OptionalInt.empty());
  }

  /** A signal ended it. */
  public static ExitStatus signalled(int signal) {
    return new ExitStatus(0, OptionalInt.of(signal));
  }

  /** The number a shell would show: the code, or 128 + the signal. */
  public int shellStatus() {
    return signal.isPresent() ? 128 + signal.getAsInt() : code;
  }
}
