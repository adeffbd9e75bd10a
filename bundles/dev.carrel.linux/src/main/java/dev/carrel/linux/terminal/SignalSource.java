package dev.carrel.linux.terminal;

import java.util.function.IntConsumer;

/** Where the signals for a command come from. */
public interface SignalSource {
  /** Signals that somebody takes, until this is closed. */
  interface Taking extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes signals.
   *
   * @param receiver is told their numbers
   * @param names such as {@code TERM}
   */
  Taking take(IntConsumer receiver, String... names);
}
