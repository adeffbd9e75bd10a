package dev.carrel.shell;

import dev.carrel.api.CarrelException;

/** How a command ends that failed: with its message and the status of its kind. */
final class Outcome {
  private Outcome() {}

  /** Tells the user, and returns the exit status. */
  static int of(CarrelException failure) {
    String message = Printable.lines(failure.getMessage());
    System.err.println(message.startsWith("carrel ") ? message : "carrel: " + message);
    if (System.getenv("CARREL_DEBUG") != null) {
      failure.printStackTrace();
    }
    return failure.kind().exitStatus();
  }
}
