package dev.carrel.launcher;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.UnaryOperator;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Which files are not taken for add-ons: those that others could have written, and those that call themselves by a name of Carrel's own bundles.
 * In a framework that watches folders, what is refused is never resolved, whoever installs it: so nothing of it runs, and nobody is wired to it.
 * Others ask for the reason by a service {@code UnaryOperator<String>} with the property {@code carrel.addons.gate=true}: of the path of a folder
 * or a file, it is empty where there is none.
 */
final class AddonGate implements UnaryOperator<String>, ResolverHookFactory, ResolverHook {
  private static final String JARS = ".jar";

  private final Path home;
  private final Set<String> folders = new HashSet<>();
  /** What was refused stays so, whatever has become of its file: what was read then may be anybody's. */
  private final Map<BundleRevision, String> judged = Collections.synchronizedMap(new WeakHashMap<>());
  private final Map<String, String> told = Collections.synchronizedMap(new HashMap<>());
  private Set<String> names;

  private AddonGate(Path home) {
    this.home = home;
  }

  /** Says what is refused in a framework, and sees to it where it watches folders: to be called before anything is started. */
  static void offer(Path home, BundleContext context) {
    AddonGate gate = new AddonGate(home);
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put("carrel.addons.gate", true);
    context.registerService(UnaryOperator.class, gate, properties);
    String watched = context.getProperty(AddonFolders.WATCHED);
    if (watched != null) {
      for (String folder : watched.split(",")) {
        gate.folders.add(new File(folder).getAbsoluteFile().toURI().normalize().getPath().replaceFirst("/$", ""));
      }
      context.registerService(ResolverHookFactory.class, gate, null);
    }
  }

  @Override
  public String apply(String path) {
    Path file = Path.of(path);
    String reason = Files.isDirectory(file) ? folder(path) : refusal(file, symbolicName(file));
    return reason.isEmpty() && stamp(file).equals(told.get(file.normalize().toString()))
        ? "it was not to be trusted when it was read. For a shell that runs to read it again: touch " + path : reason;
  }

  /** Why nothing in a folder is started; empty if it can be. */
  static String folder(String folder) {
    if (folder.indexOf(',') >= 0 || folder.contains("${")) {
      return "add-ons cannot be in " + folder + ": use a directory whose path has no comma and no ${";
    }
    try {
      return Trust.mine().doubt(Path.of(folder));
    } catch (IOException e) {
      return "it cannot be read: " + e;
    }
  }

  private String refusal(Path file, String name) {
    try {
      String doubt = Trust.mine().doubt(file);
      if (doubt.isEmpty() && own().contains(name)) {
        return name + " is a bundle of Carrel's own";
      }
      return doubt;
    } catch (IOException e) {
      return "it cannot be read: " + e;
    }
  }

  private synchronized Set<String> own() throws IOException {
    if (names == null) {
      Set<String> found = new HashSet<>(Set.of(Constants.SYSTEM_BUNDLE_SYMBOLICNAME, "org.apache.felix.framework"));
      for (BundleSets set : BundleSets.values()) {
        for (String bundle : set.bundles()) {
          found.add(symbolicName(home.resolve("bundles").resolve(bundle + JARS)));
        }
      }
      names = found;
    }
    return names;
  }

  /** Empty of what is no bundle. */
  private static String symbolicName(Path file) {
    try (JarFile jar = new JarFile(file.toFile())) {
      Manifest manifest = jar.getManifest();
      String header = manifest == null ? null : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
      return header == null ? "" : header.split(";", 2)[0].strip();
    } catch (IOException | SecurityException | IllegalArgumentException e) {
      return "";
    }
  }

  private static String stamp(Path file) {
    try {
      return Files.getLastModifiedTime(file).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /** Who asks for what is refused gets nothing. (Felix takes what is not resolvable for a reason to offer nothing that is resolved, either.) */
  @Override
  public ResolverHook begin(Collection<BundleRevision> triggers) {
    for (BundleRevision revision : triggers) {
      if (isRefused(revision)) {
        throw new IllegalStateException(revision.getSymbolicName() + " is no add-on: " + judged.get(revision));
      }
    }
    return this;
  }

  @Override
  public void filterMatches(BundleRequirement requirement, Collection<BundleCapability> candidates) {
    if (isRefused(requirement.getRevision())) {
      candidates.clear();
    } else {
      candidates.removeIf(one -> isRefused(one.getRevision()));
    }
  }

  @Override
  public void filterResolvable(Collection<BundleRevision> candidates) {
    // see begin
  }

  private boolean isRefused(BundleRevision revision) {
    String location = revision.getBundle().getLocation();
    if (!location.startsWith("file:")) {
      return false;
    }
    Path file = Path.of(URI.create(location));
    if (!folders.contains(String.valueOf(file.getParent()))) {
      return false;
    }
    return !judged.computeIfAbsent(revision, one -> judge(file, one)).isEmpty();
  }

  private String judge(Path file, BundleRevision revision) {
    String reason = refusal(file, String.valueOf(revision.getSymbolicName()));
    if (!reason.isEmpty() && Files.exists(file)) {
      told.put(file.toString(), stamp(file));
      System.err.println("carrel: the add-on " + file + " is not started: " + reason);
    }
    return reason;
  }

  @Override
  public void filterSingletonCollisions(BundleCapability singleton, Collection<BundleCapability> candidates) {
    // who is refused is no candidate
  }

  @Override
  public void end() {
    // nothing is kept for one resolution
  }
}
