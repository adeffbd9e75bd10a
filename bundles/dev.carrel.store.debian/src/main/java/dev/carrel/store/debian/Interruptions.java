package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;

/** How an interruption is told. */
final class Interruptions {
  private Interruptions() {}

  /** The message of work that was interrupted; the caller has set the thread's interrupt flag again. */
  static CarrelException asException(String work, InterruptedException cause) {
    return CarrelException.failed(work + " was interrupted. What is in the store is valid; the same command continues where this one stopped.", cause);
  }
}
