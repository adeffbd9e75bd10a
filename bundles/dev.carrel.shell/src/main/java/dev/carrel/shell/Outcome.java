package dev.carrel.shell;

import dev.carrel.api.CarrelException;

/** How a command ends: with a status, or with a message and the status of its kind. */
final class Outcome {
  /** What a command does. */
  @FunctionalInterface
  interface Action {
    int run();
  }

  private Outcome() {}

  static int of(Action action) {
    try {
      return action.run();
    } catch (CarrelException e) {
      String message = e.getMessage();
      System.err.println(message.startsWith("carrel ") ? message : "carrel: " + message);
      if (System.getenv("CARREL_DEBUG") != null) {
        e.printStackTrace();
      }
      return e.kind().exitStatus();
    }
  }
}
