package dev.carrel.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/** Felix, with the bundles of a distribution. */
public final class OsgiRuntime implements AutoCloseable {
  private static final long STOP_TIMEOUT = 10_000;
  /** Begins a session of its own on the terminal once it is started; only its classes are wanted. */
  private static final String LIBRARY = "org.apache.felix.gogo.jline";

  private final Framework framework;
  private final Storage storage;

  private OsgiRuntime(Framework framework, Storage storage) {
    this.framework = framework;
    this.storage = storage;
  }

  /**
   * For one command: the bundles come from an index and the class path, which spares opening their files, and where the
   * distribution has a warm storage for them they are already installed and their components known.
   */
  static OsgiRuntime headless(Path home, List<BundleSets> sets) throws BundleException, IOException {
    Path warm = warmStorage(home, sets);
    if (Files.isDirectory(warm)) {
      return start(List.of(), ClassPathBundles.read(home, sets), Storage.shared(warm), headlessProperties(home));
    }
    return start(locations(sets), ClassPathBundles.read(home, sets), Storage.create(), headlessProperties(home));
  }

  /** Makes the storage that {@link #headless} finds warm: the bundles are installed, started once, and stopped in order. */
  static void warm(Path home, List<BundleSets> sets) throws BundleException, IOException {
    Path warm = Files.createDirectories(warmStorage(home, sets));
    start(locations(sets), ClassPathBundles.read(home, sets), Storage.shared(warm), headlessProperties(home)).stop();
    // Felix notes here which Java it ran on last, each time, whatever the Java: where no file can be, processes that share
    // the storage never write to it at once. Only multi-release bundles would need the note, and of those there is none.
    Path note = warm.resolve("bundle0/last.java.version");
    Files.deleteIfExists(note);
    Files.createDirectory(note);
  }

  private static Path warmStorage(Path home, List<BundleSets> sets) {
    String name = sets.contains(BundleSets.HOST_STORES) ? "storage/stores" : sets.contains(BundleSets.PACKAGES) ? "storage/packages" : "storage/core";
    return home.resolve(sets.contains(BundleSets.NETWORKS) ? name + "-networks" : name);
  }

  private static Map<String, String> headlessProperties(Path home) throws IOException {
    Map<String, String> properties = SystemPackages.read(home);
    properties.put("ds.cache.metadata", "true"); // reading XML costs 35 ms
    return properties;
  }

  private static List<String> locations(List<BundleSets> sets) {
    List<String> locations = new ArrayList<>();
    for (BundleSets set : sets) {
      for (String bundle : set.bundles()) {
        locations.add(ClassPathBundles.location(bundle));
      }
    }
    return locations;
  }

  /** What the framework itself finds out about this Java, which takes it some 20 ms. */
  static String systemPackages() throws BundleException, IOException {
    OsgiRuntime runtime = start(List.of(), new NoConnection(), Storage.create(), Map.of());
    try {
      return runtime.context().getBundle().getHeaders().get(Constants.EXPORT_PACKAGE);
    } finally {
      runtime.stop();
    }
  }

  /**
   * For people: every bundle from its own file, so that each can be stopped, updated and replaced.
   *
   * @param terminal whether there is a terminal, for a session with line editing
   */
  static OsgiRuntime interactive(Path home, boolean terminal) throws BundleException, IOException {
    return of(home, Storage.create(), Map.of("carrel.terminal", Boolean.toString(terminal)));
  }

  /**
   * Every bundle of a distribution from its own file.
   *
   * @param storage an empty directory, which is removed in the end
   * @param properties more properties of the framework
   */
  public static OsgiRuntime of(Path home, Path storage, Map<String, String> properties) throws BundleException, IOException {
    return of(home, Storage.at(storage), properties);
  }

  private static OsgiRuntime of(Path home, Storage storage, Map<String, String> properties) throws BundleException, IOException {
    List<String> locations = new ArrayList<>();
    for (BundleSets set : BundleSets.values()) {
      for (String bundle : set.bundles()) {
        locations.add(file(home, bundle));
      }
    }
    return start(locations, new NoConnection(), storage, properties);
  }

  private static String file(Path home, String bundle) {
    return "reference:" + home.resolve("bundles").resolve(bundle + ".jar").toUri();
  }

  private static OsgiRuntime start(
      List<String> locations, ModuleConnector connector, Storage storage, Map<String, String> properties)
      throws BundleException, IOException {
    Map<String, String> configuration = new HashMap<>();
    configuration.put(Constants.FRAMEWORK_STORAGE, storage.directory().toString());
    configuration.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.misc");
    configuration.put("felix.log.level", "1");
    configuration.put("felix.cache.locking", "false"); // the directory is this process's own
    configuration.put("felix.resolver.parallelism", "1"); // threads cost more than they bring here
    configuration.put("felix.service.urlhandlers", "false");
    configuration.put("ds.loglevel", "error");
    configuration.put("ds.lock.timeout.milliseconds", "10000");
    configuration.putAll(properties);
    Framework framework = new org.apache.felix.framework.FrameworkFactory().newFramework(configuration, connector);
    framework.init();
    BundleContext context = framework.getBundleContext();
    List<Bundle> bundles = new ArrayList<>(locations.size());
    for (String location : locations) {
      bundles.add(context.installBundle(location));
    }
    framework.adapt(FrameworkWiring.class).resolveBundles(null); // once for all is quicker than one by one
    for (Bundle bundle : bundles) {
      if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null && !LIBRARY.equals(bundle.getSymbolicName())) {
        bundle.start(Bundle.START_ACTIVATION_POLICY);
      }
    }
    framework.start();
    return new OsgiRuntime(framework, storage);
  }

  /** The system bundle's. */
  public BundleContext context() {
    return framework.getBundleContext();
  }

  /** Stops every bundle and removes the storage. */
  public void stop() throws BundleException {
    framework.stop();
    try {
      framework.waitForStop(STOP_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  /** The process is about to end: only what would outlive it is removed. */
  @Override
  public void close() {
    storage.close();
  }

  /** No bundle comes from anywhere but its file. */
  private static final class NoConnection implements ModuleConnector {
    @Override
    public void initialize(java.io.File storage, Map<String, String> configuration) {}

    @Override
    public Optional<ConnectModule> connect(String location) {
      return Optional.empty();
    }

    @Override
    public Optional<org.osgi.framework.BundleActivator> newBundleActivator() {
      return Optional.empty();
    }
  }
}
