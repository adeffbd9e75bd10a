package dev.carrel.shell;

import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/** A framework without bundles, for services to be offered in. */
final class RunningFramework {
  private final Framework framework;

  RunningFramework(Path storage) throws BundleException {
    framework = new org.apache.felix.framework.FrameworkFactory().newFramework(Map.of(
        Constants.FRAMEWORK_STORAGE, storage.toString(), "felix.extensions.disable", "true"));
    framework.start();
  }

  BundleContext context() {
    return framework.getBundleContext();
  }

  <T> ServiceRegistration<T> offer(Class<T> type, T service, int ranking) {
    return context().registerService(type, service, new Hashtable<>(Map.of(Constants.SERVICE_RANKING, ranking)));
  }

  /** Offers commands as their component would. */
  void offerCommands(Object commands, String... functions) {
    context().registerService(Object.class, commands, new Hashtable<>(Map.of(
        "osgi.command.scope", "carrel", "osgi.command.function", functions)));
  }

  void stop() throws BundleException, InterruptedException {
    framework.stop();
    framework.waitForStop(10_000);
  }
}
