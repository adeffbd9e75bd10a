package dev.carrel.linux.terminal;

import java.util.function.IntConsumer;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Signals of this JVM that somebody else takes until this is closed. {@code sun.misc.Signal} is the only way a JVM
 * offers; it is part of the supported module jdk.unsupported.
 */
final class Signals implements SignalSource.Taking {
  private final String[] names;
  private final SignalHandler[] before;

  Signals(IntConsumer receiver, String... names) {
    this.names = names;
    this.before = new SignalHandler[names.length];
    SignalHandler handler = new SignalHandler() {
      @Override
      public void handle(Signal signal) {
        receiver.accept(signal.getNumber());
      }
    };
    for (int i = 0; i < names.length; i++) {
      try {
        before[i] = Signal.handle(new Signal(names[i]), handler);
      } catch (IllegalArgumentException reserved) {
        before[i] = null; // the JVM was started with -Xrs, or ignores it as nohup(1) asked
      }
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < names.length; i++) {
      if (before[i] != null) {
        Signal.handle(new Signal(names[i]), before[i]);
      }
    }
  }
}
