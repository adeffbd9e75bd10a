package dev.carrel.configuration;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;

/**
 * Waits until all have been told of what was changed before, so that the next command finds it in force. ConfigAdmin tells of one change after the
 * other, on a thread of its own: who hears of a last one knows that everybody has heard of those before it.
 */
record Told(BundleContext context, ConfigurationAdmin admin) {
  private static final String LAST = "dev.carrel.configuration.last";
  private static final long SECONDS = 10;

  void await() {
    CountDownLatch told = new CountDownLatch(1);
    ConfigurationListener listener = event -> {
      if (event.getPid().equals(LAST) && event.getType() == ConfigurationEvent.CM_UPDATED) {
        told.countDown();
      }
    };
    ServiceRegistration<ConfigurationListener> registration = context.registerService(ConfigurationListener.class, listener, new Hashtable<>());
    try {
      Configuration last = admin.getConfiguration(LAST, null);
      last.update(new Hashtable<>(Map.of("changed", true)));
      told.await(SECONDS, TimeUnit.SECONDS); // who takes longer takes it up when it can
      last.delete();
    } catch (IOException e) {
      throw CarrelException.failed("cannot change the configuration: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it is in force in a moment
    } finally {
      registration.unregister();
    }
  }
}
