package dev.carrel.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Lets what a bundle has begun go on when the bundle goes: a container that it started, a start under way. Once it is wired anew or uninstalled,
 * no class can be loaded through its old class loader; so all that its classes refer to is loaded when it is stopped.
 */
final class LastClasses implements SynchronousBundleListener {
  private static final String OWN = "dev.carrel.";
  private static final String CLASS = ".class";

  @Override
  public void bundleChanged(BundleEvent event) {
    Bundle bundle = event.getBundle();
    if (event.getType() != BundleEvent.STOPPING || !bundle.getSymbolicName().startsWith(OWN) || isFrameworkStopping(bundle)) {
      return;
    }
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    Enumeration<URL> entries = wiring == null ? null : bundle.findEntries("/", "*" + CLASS, true);
    Set<String> known = new HashSet<>();
    while (entries != null && entries.hasMoreElements()) {
      try (InputStream in = entries.nextElement().openStream()) {
        for (String name : ReferredClasses.of(in)) {
          if (known.add(name)) {
            load(name, wiring.getClassLoader());
          }
        }
      } catch (IOException e) {
        continue; // a file that cannot be read holds no class that could be loaded
      }
    }
  }

  /** Then nothing goes on. */
  private static boolean isFrameworkStopping(Bundle bundle) {
    return bundle.getBundleContext() == null || bundle.getBundleContext().getBundle(0).getState() == Bundle.STOPPING;
  }

  /** By the virtual machine, which then asks that class loader for the class no more. */
  private static void load(String name, ClassLoader loader) {
    try {
      Class.forName(name, false, loader);
    } catch (ClassNotFoundException | LinkageError e) {
      // of a library that is not there: whoever refers to it can do without
    }
  }
}
