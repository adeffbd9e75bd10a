package dev.carrel.addon;

import dev.carrel.api.addon.Addon;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/** What has become of kept files in this framework. */
final class States {
  private static final String WATCHER = "org.apache.felix.fileinstall";

  private static final String WATCHED = "felix.fileinstall.dir";

  private final BundleContext context;
  private final UnaryOperator<String> gate;

  /** @param gate says why a folder or a file in it is not used; empty if it is */
  States(BundleContext context, UnaryOperator<String> gate) {
    this.context = context;
    this.gate = gate;
  }

  Addon of(Path file, boolean shared) {
    try {
      BundleJar jar = BundleJar.glance(file);
      String refused = refused(file);
      if (!refused.isEmpty()) {
        return new Addon(jar.name(), jar.version().toString(), file, shared, refused, false);
      }
      Bundle bundle = installed(file);
      boolean current = bundle != null && bundle.getVersion().equals(jar.version());
      String state = current ? words(bundle) : notInstalled(file);
      return new Addon(jar.name(), jar.version().toString(), file, shared, state, !current || isStarted(bundle));
    } catch (BundleJar.Refused e) {
      return new Addon(file.getFileName().toString(), "", file, shared, "it " + e.getMessage(), false);
    }
  }

  /** Why it is not started, whatever it is. */
  private String refused(Path file) {
    String folder = gate.apply(file.getParent().toString());
    if (!folder.isEmpty()) {
      return "kept, but not started: " + folder;
    }
    String reason = gate.apply(file.toString());
    return reason.isEmpty() ? "" : "refused: " + reason;
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
  private String notInstalled(Path file) {
    if (!Arrays.asList(String.valueOf(context.getProperty(WATCHED)).split(",")).contains(String.valueOf(file.getParent()))) {
      return "kept"; // also by a shell that found the folder refused when it began
    }
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

  /** The watcher keeps for itself why a start failed, and tries again whenever anything changes; so what is asked for the reason does, too. */
  private static String startedAgain(Bundle bundle) {
    try {
      bundle.start(Bundle.START_TRANSIENT);
      return "runs";
    } catch (BundleException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return "its start failed: " + (cause == e ? e.getMessage() : cause.toString());
    } catch (IllegalStateException e) {
      return "removed a moment ago";
    }
  }

  private String words(Bundle bundle) {
    if (isStarted(bundle)) {
      return "runs";
    }
    if (bundle.getState() != Bundle.INSTALLED) {
      return bundle.adapt(BundleStartLevel.class).isPersistentlyStarted() ? startedAgain(bundle) : "stopped";
    }
    List<String> missing = Requirements.missing(bundle, context.getBundle(0).adapt(FrameworkWiring.class));
    return missing.isEmpty() ? "cannot be resolved" : "needs " + String.join(", and ", missing) + ", which no bundle here offers";
  }
}
