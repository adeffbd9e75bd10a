package dev.carrel.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * Lends a framework with Carrel's bundles, of which none is started, to whoever wants to try what could be done with others: a service
 * with the property {@code carrel.trial=true}. What happens in it is gone when the work is done.
 */
final class Trial implements Consumer<Consumer<BundleContext>> {
  private final Path home;

  private Trial(Path home) {
    this.home = home;
  }

  static void offer(Path home, BundleContext context) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put("carrel.trial", true);
    context.registerService(Consumer.class, new Trial(home), properties);
  }

  @Override
  public void accept(Consumer<BundleContext> work) {
    try {
      OsgiRuntime framework = OsgiRuntime.unstarted(home);
      try {
        work.accept(framework.context());
      } finally {
        framework.stop();
      }
    } catch (BundleException | IOException e) {
      throw new IllegalStateException("there can be no framework to try bundles in: " + e.getMessage(), e);
    }
  }
}
