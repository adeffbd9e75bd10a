package dev.carrel.store.debian;

import java.io.IOException;

/** An archive cannot be read, as opposed to: an item cannot be written. */
final class DamagedException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedException(Exception cause) {
    super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
  }

  DamagedException(String message) {
    super(message);
  }
}
