package dev.carrel.addon;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.FrameworkWiring;

/** Whether bundles can be resolved, found out in a framework to throw away: what runs is not touched. */
final class Trial {
  private final Consumer<Consumer<BundleContext>> frameworks;

  /** @param frameworks lends a framework that has Carrel's bundles, none of them started */
  Trial(Consumer<Consumer<BundleContext>> frameworks) {
    this.frameworks = frameworks;
  }

  /**
   * One that cannot be resolved.
   *
   * @param name what users call it by
   * @param what its name and version
   * @param lacks what it needs, in words
   */
  record Lacking(Path file, String name, String what, String lacks) {}

  /**
   * Tries new bundles together with those that are kept.
   *
   * @param wanted files by what the user called them
   * @param kept other add-ons, which need not be sound
   * @return those of the others that cannot be resolved then
   * @throws CarrelException if one of the wanted cannot be resolved: names it, and what it lacks
   */
  List<Lacking> check(Map<Path, String> wanted, List<Path> kept) {
    List<Lacking> lacking = new ArrayList<>();
    frameworks.accept(context -> {
      Set<String> own = new HashSet<>();
      for (Bundle bundle : context.getBundles()) {
        own.add(bundle.getSymbolicName());
      }
      Map<Bundle, Path> others = new LinkedHashMap<>();
      for (Path file : kept) {
        try {
          others.put(install(context, file), file);
        } catch (BundleException | IOException e) {
          continue; // not sound, so that nothing can depend on it
        }
      }
      Map<Bundle, String> bundles = new LinkedHashMap<>();
      wanted.forEach((file, word) -> {
        Bundle bundle = installed(context, file, word);
        if (own.contains(bundle.getSymbolicName())) {
          throw CarrelException.usage("cannot install " + word + ": " + bundle.getSymbolicName() + " is a bundle of Carrel's own");
        }
        bundles.put(bundle, word);
      });
      FrameworkWiring wiring = context.getBundle().adapt(FrameworkWiring.class);
      wiring.resolveBundles(new ArrayList<>(bundles.keySet()));
      bundles.forEach((bundle, word) -> {
        if (bundle.getState() == Bundle.INSTALLED) {
          throw CarrelException.failed("cannot install " + word + ": " + bundle.getSymbolicName() + " " + bundle.getVersion() + " needs "
              + why(bundle, wiring));
        }
      });
      wiring.resolveBundles(new ArrayList<>(others.keySet()));
      others.forEach((bundle, file) -> {
        if (bundle.getState() == Bundle.INSTALLED) {
          lacking.add(new Lacking(file, bundle.getSymbolicName(), bundle.getSymbolicName() + " " + bundle.getVersion(), why(bundle, wiring)));
        }
      });
    });
    return lacking;
  }

  /**
   * Which of those that stay would be the worse for a change: what lacks something without it anyway does not count.
   *
   * @param lacking those of them that cannot be resolved after it
   * @param before all that is kept now
   */
  List<Lacking> spoilt(List<Lacking> lacking, List<Path> before) {
    if (lacking.isEmpty()) {
      return lacking;
    }
    Set<Path> already = new HashSet<>();
    check(Map.of(), before).forEach(one -> already.add(one.file()));
    return lacking.stream().filter(one -> !already.contains(one.file())).toList();
  }

  private static Bundle installed(BundleContext context, Path file, String word) {
    try {
      return install(context, file);
    } catch (BundleException e) {
      throw CarrelException.failed("cannot install " + word + ": " + (e.getType() == BundleException.DUPLICATE_BUNDLE_ERROR
          ? "Carrel has a bundle of this name and version" : "the framework refuses it: " + e.getMessage()), e);
    } catch (IOException e) {
      throw CarrelException.failed("cannot install " + word + ": it cannot be read: " + e.getMessage(), e);
    }
  }

  private static Bundle install(BundleContext context, Path file) throws BundleException, IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return context.installBundle("trial:" + file, in);
    }
  }

  private static String why(Bundle bundle, FrameworkWiring wiring) {
    List<String> missing = Requirements.missing(bundle, wiring);
    if (!missing.isEmpty()) {
      return String.join(", and ", missing) + ", which no bundle here offers";
    }
    try {
      bundle.start(Bundle.START_TRANSIENT);
      return "nothing that would be missing; try again"; // it could not be resolved a moment ago
    } catch (BundleException e) {
      return "what cannot be had together: " + e.getMessage();
    }
  }
}
