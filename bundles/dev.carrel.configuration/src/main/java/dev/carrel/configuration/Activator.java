package dev.carrel.configuration;

import dev.carrel.api.configuration.Settings;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.felix.cm.PersistenceManager;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Is started before the components: ConfigAdmin has everything by the time that they are asked for. */
public final class Activator implements BundleActivator {
  /** By this name the launcher has ConfigAdmin take it. */
  private static final String NAME = "carrel";

  private Watch watch;

  @Override
  public void start(BundleContext context) {
    LiveConfiguration live = new LiveConfiguration(Folders.of(context), context);
    context.registerService(PersistenceManager.class, live, new Hashtable<>(Map.of("name", NAME)));
    Supplier<Optional<String>> failure = live::failure;
    context.registerService(Supplier.class, failure, new Hashtable<>(Map.of("carrel.settings", "failure")));
    context.registerService(Settings.class, new KeptSettings(context, live), new Hashtable<>());
    if (Boolean.parseBoolean(context.getProperty("carrel.settings.watched"))) {
      watch = new Watch(live);
      watch.start();
    }
  }

  @Override
  public void stop(BundleContext context) throws InterruptedException {
    if (watch != null) {
      watch.end();
    }
  }
}
