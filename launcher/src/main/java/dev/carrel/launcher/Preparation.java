package dev.carrel.launcher;

import java.nio.file.Path;
import java.util.List;

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
      if (arguments[0].equals("storage")) {
        OsgiRuntime.warm(folder, List.of(BundleSets.CORE));
        OsgiRuntime.warm(folder, List.of(BundleSets.CORE, BundleSets.PACKAGES));
      } else {
        SystemPackages.write(folder);
      }
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    }
    Runtime.getRuntime().halt(status); // Felix may leave threads behind that are no daemons
  }
}
