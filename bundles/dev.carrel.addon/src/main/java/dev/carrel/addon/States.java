package dev.carrel.addon;

import dev.carrel.api.addon.Addon;
import java.nio.file.Path;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.FrameworkWiring;

/** What has become of kept files in this framework. */
final class States {
  private static final String WATCHER = "org.apache.felix.fileinstall";

  private final BundleContext context;

  States(BundleContext context) {
    this.context = context;
  }

  Addon of(Path file, boolean shared) {
    try {
      BundleJar jar = BundleJar.glance(file);
      Bundle bundle = installed(file);
      boolean current = bundle != null && bundle.getVersion().equals(jar.version());
      boolean sound = !current || isStarted(bundle);
      return new Addon(jar.name(), jar.version().toString(), file, shared, current ? words(bundle) : notInstalled(), sound);
    } catch (BundleJar.Refused e) {
      return new Addon(file.getFileName().toString(), "", file, shared, "it " + e.getMessage(), false);
    }
  }

  private Bundle installed(Path file) {
    String location = file.toFile().toURI().normalize().toString(); // as the watcher writes it: with one slash
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getLocation().equals(location)) {
        return bundle;
      }
    }
    return null;
  }

  /** The watcher is about to install what it has just found; where there is none, nothing starts add-ons. */
  private String notInstalled() {
    for (Bundle bundle : context.getBundles()) {
      if (WATCHER.equals(bundle.getSymbolicName()) && bundle.getState() == Bundle.ACTIVE) {
        return "about to start";
      }
    }
    return "kept";
  }

  private static boolean isStarted(Bundle bundle) {
    return bundle.getState() == Bundle.ACTIVE || bundle.getState() == Bundle.STARTING;
  }

  private String words(Bundle bundle) {
    if (isStarted(bundle)) {
      return "runs";
    }
    if (bundle.getState() != Bundle.INSTALLED) {
      return "stopped, or its start failed";
    }
    List<String> missing = Requirements.missing(bundle, context.getBundle(0).adapt(FrameworkWiring.class));
    return missing.isEmpty() ? "cannot be resolved" : "needs " + String.join(", and ", missing) + ", which no bundle here offers";
  }
}
