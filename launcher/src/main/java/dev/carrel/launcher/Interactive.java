package dev.carrel.launcher;

import java.util.Collection;
import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The Gogo shell, which the bundle dev.carrel.console offers. */
final class Interactive {
  private static final int FAILED = 125;

  private final BundleContext context;

  Interactive(BundleContext context) {
    this.context = context;
  }

  /**
   * Runs one command line, or a session if there are no words. Returns the exit status.
   */
  int run(List<String> words) throws InvalidSyntaxException {
    @SuppressWarnings("rawtypes")
    Collection<ServiceReference<ToIntFunction>> consoles = context.getServiceReferences(ToIntFunction.class, "(carrel.console=true)");
    if (consoles.isEmpty()) {
      System.err.println("carrel: the interactive shell did not start: the bundle dev.carrel.console is missing");
      return FAILED;
    }
    @SuppressWarnings("unchecked") // as its bundle promises
    ToIntFunction<List<String>> console = context.getService(consoles.iterator().next());
    return console.applyAsInt(words);
  }
}
