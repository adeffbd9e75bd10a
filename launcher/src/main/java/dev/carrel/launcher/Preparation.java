package dev.carrel.launcher;

import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Does once what would otherwise be done at each start. {@code storage HOME}: makes the warm storages of a distribution;
 * {@code java FOLDER}: notes what the Java that runs this offers to bundles.
 */
public final class Preparation {
  private Preparation() {}

  public static void main(String[] arguments) {
    int status = 0;
    try {
      Path folder = Path.of(arguments[1]);
      switch (arguments[0]) {
        case "storage" -> {
          OsgiRuntime.warm(folder, List.of(BundleSets.CORE));
          OsgiRuntime.warm(folder, List.of(BundleSets.CORE, BundleSets.PACKAGES));
          OsgiRuntime.warm(folder, List.of(BundleSets.CORE, BundleSets.PACKAGES, BundleSets.HOST_STORES));
          OsgiRuntime.warm(folder, List.of(BundleSets.CORE, BundleSets.NETWORKS));
          OsgiRuntime.warm(folder, List.of(BundleSets.CORE, BundleSets.PACKAGES, BundleSets.NETWORKS));
          OsgiRuntime.warm(folder, List.of(BundleSets.CORE, BundleSets.PACKAGES, BundleSets.HOST_STORES, BundleSets.NETWORKS));
        }
        case "java" -> SystemPackages.write(Path.of(System.getProperty("carrel.home")), folder);
        default -> train(folder);
      }
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    }
    Runtime.getRuntime().halt(status); // Felix may leave threads behind that are no daemons
  }

  private static void train(Path home) throws Exception {
    Main.run(new String[] {"run", "--no-cwd", "--", "/bin/true"});
    // A start with packages uses more, and none can be made here, where there may be no network.
    try (JarFile jar = new JarFile(home.resolve("lib/headless.jar").toFile())) {
      for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
        String name = entries.nextElement().getName();
        if (name.startsWith("dev/carrel/") && name.endsWith(".class") && !name.endsWith("package-info.class")) {
          load(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
        }
      }
    }
  }

  private static void load(String name) {
    try {
      Class.forName(name, true, Preparation.class.getClassLoader());
    } catch (ReflectiveOperationException | LinkageError e) {
      // One that needs a bundle that is not on the class path: the interactive shell's.
    }
  }
}
