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
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/** Felix, with the bundles of a distribution. */
public final class OsgiRuntime implements AutoCloseable {
  private static final long STOP_TIMEOUT = 10_000;
  /** Begins a session of its own on the terminal once it is started; only its classes are wanted. */
  private static final String LIBRARY = "org.apache.felix.gogo.jline";
  /** Would listen as soon as it is started: who serves pages does that. */
  private static final String WEB_SERVER = "org.apache.felix.http.jetty12";
  /** Would watch a folder of its own choice if it is not told one. */
  private static final String WATCHER = "org.apache.felix.fileinstall";

  /** Of services that are to be run when the process is about to end. */
  private static final String AT_END = "(carrel.at.end=true)";

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
    Map<String, String> properties = headlessProperties(home);
    if (sets.contains(BundleSets.SETTINGS)) {
      SettingFolders.of(System.getenv(), home).tell(properties);
    }
    boolean addons = sets.contains(BundleSets.ADDONS);
    if (addons) {
      AddonFolders.of(System.getenv()).tell(properties);
    }
    OsgiRuntime runtime = Files.isDirectory(warm)
        ? start(List.of(), ClassPathBundles.read(home, sets), Storage.shared(warm), properties)
        : start(locations(sets), ClassPathBundles.read(home, sets), Storage.create(), properties);
    if (addons) {
      Trial.offer(home, runtime.context());
      AddonGate.offer(home, runtime.context());
    }
    return runtime;
  }

  /** Whether a command line asks for something that Carrel's own bundles do not offer. */
  public static boolean mayNeedAddons(List<String> words) {
    return BundleSets.mayNeedAddons(words);
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
    StringBuilder name = new StringBuilder();
    for (BundleSets set : sets) {
      name.append(name.length() == 0 ? "" : "+").append(set.label());
    }
    return home.resolve("storage").resolve(name.toString());
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
    Map<String, String> properties = new HashMap<>();
    properties.put("carrel.terminal", Boolean.toString(terminal));
    AddonFolders addons = AddonFolders.of(System.getenv());
    addons.tell(properties);
    addons.watch(properties);
    SettingFolders.of(System.getenv(), home).tell(properties);
    properties.put("carrel.settings.watched", "true");
    return of(home, Storage.create(), properties);
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
    Map<String, String> all = new HashMap<>(properties);
    all.put("felix.fileinstall.tmpdir", storage.directory().resolve("fileinstall").toString()); // to be gone with the rest
    List<String> locations = files(home);
    Framework framework = installed(locations, new NoConnection(), storage, all);
    AddonGate.offer(home, framework.getBundleContext());
    OsgiRuntime runtime = started(framework, locations, storage);
    runtime.context().addBundleListener(new LastClasses());
    Trial.offer(home, runtime.context());
    return runtime;
  }

  /** All bundles of a distribution. */
  private static List<String> files(Path home) {
    List<String> locations = new ArrayList<>();
    for (BundleSets set : BundleSets.values()) {
      for (String bundle : set.bundles()) {
        locations.add(file(home, bundle));
      }
    }
    return locations;
  }

  /** All bundles of a distribution in a framework that starts none of them, for what has to be tried. */
  static OsgiRuntime unstarted(Path home) throws BundleException, IOException {
    Storage storage = Storage.another();
    Framework framework = installed(files(home), new NoConnection(), storage, Map.of());
    return new OsgiRuntime(framework, storage);
  }

  private static String file(Path home, String bundle) {
    return "reference:" + home.resolve("bundles").resolve(bundle + ".jar").toUri();
  }

  private static OsgiRuntime start(
      List<String> locations, ModuleConnector connector, Storage storage, Map<String, String> properties)
      throws BundleException, IOException {
    return started(installed(locations, connector, storage, properties), locations, storage);
  }

  private static OsgiRuntime started(Framework framework, List<String> locations, Storage storage) throws BundleException {
    BundleContext context = framework.getBundleContext();
    for (String location : locations) {
      Bundle bundle = context.getBundle(location);
      if (isStarted(bundle, context)) {
        bundle.start(Bundle.START_ACTIVATION_POLICY);
      }
    }
    framework.start();
    return new OsgiRuntime(framework, storage);
  }

  private static Framework installed(
      List<String> locations, ModuleConnector connector, Storage storage, Map<String, String> properties)
      throws BundleException, IOException {
    Map<String, String> configuration = new HashMap<>();
    configuration.put(Constants.FRAMEWORK_STORAGE, storage.directory().toString());
    configuration.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.misc");
    configuration.put("felix.cm.pm", "carrel"); // what is configured is kept in files by the bundle dev.carrel.configuration
    configuration.put("felix.log.level", "1");
    configuration.put("felix.cache.locking", "false"); // the directory is this process's own
    configuration.put("felix.resolver.parallelism", "1"); // threads cost more than they bring here
    configuration.put("felix.service.urlhandlers", "false");
    configuration.put("ds.loglevel", "error");
    configuration.put("org.apache.felix.http.host", "127.0.0.1"); // whoever starts it
    configuration.put("ds.lock.timeout.milliseconds", "10000");
    configuration.putAll(properties);
    Framework framework = new org.apache.felix.framework.FrameworkFactory().newFramework(configuration, connector);
    framework.init();
    BundleContext context = framework.getBundleContext();
    for (String location : locations) {
      context.installBundle(location);
    }
    framework.adapt(FrameworkWiring.class).resolveBundles(null); // once for all is quicker than one by one
    return framework;
  }

  private static boolean isStarted(Bundle bundle, BundleContext context) {
    if (WATCHER.equals(bundle.getSymbolicName())) {
      return context.getProperty(AddonFolders.WATCHED) != null;
    }
    return bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null && !LIBRARY.equals(bundle.getSymbolicName()) && !WEB_SERVER.equals(bundle.getSymbolicName());
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

  /**
   * The process is about to end: whoever would hold it up hears of that, and only what would outlive it is removed, once nobody
   * is at work in it.
   */
  @Override
  public void close() {
    BundleContext context = framework.getBundleContext();
    if (context != null) {
      tellEnd(context);
      stopWatcher(context);
    }
    storage.close();
  }

  /** Services that wait in native code, and are used, are run: without that, Java would wait 300 ms for them to be done. */
  private static void tellEnd(BundleContext context) {
    try {
      ServiceReference<?>[] all = context.getAllServiceReferences(null, AT_END); // a class of Java's own is asked of no wire
      for (int i = 0; all != null && i < all.length; i++) {
        Object service = all[i].getUsingBundles() == null ? null : context.getService(all[i]);
        if (service != null) {
          ((Runnable) service).run();
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void stopWatcher(BundleContext context) {
    if (context.getProperty(AddonFolders.WATCHED) == null) {
      return;
    }
    for (Bundle bundle : context.getBundles()) {
      if (WATCHER.equals(bundle.getSymbolicName())) {
        try {
          bundle.stop();
        } catch (BundleException e) {
          return; // then it is at work still, and says itself what it misses
        }
      }
    }
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
