package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import org.osgi.framework.BundleContext;

/** How a command ends that failed: with its message and the status of its kind. */
final class Outcome {
  private Outcome() {}

  /** Tells the user, and returns the exit status. */
  static int of(CarrelException failure, BundleContext context) {
    String message = Printable.line(Services.withNumber(failure.getMessage(), context));
    System.err.println(message.startsWith("carrel ") ? message : "carrel: " + message);
    if (ForCaller.variable("CARREL_DEBUG") != null) {
      failure.printStackTrace();
    }
    return failure.kind().exitStatus();
  }
}
