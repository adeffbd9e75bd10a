package dev.carrel.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/** The packages that this Java and the framework offer to bundles, found out at build time, valid for that Java alone. */
final class SystemPackages {
  private static final String FILE = "lib/system.packages";

  private SystemPackages() {}

  static void write(Path home) throws IOException, BundleException {
    Files.writeString(home.resolve(FILE), java() + "\n" + OsgiRuntime.systemPackages());
  }

  /** The framework property that says so; empty if another Java runs now. */
  static Map<String, String> read(Path home) throws IOException {
    Path file = home.resolve(FILE);
    String content = Files.exists(file) ? Files.readString(file) : "";
    int end = content.indexOf('\n');
    return end > 0 && content.substring(0, end).equals(java())
        ? Map.of(Constants.FRAMEWORK_SYSTEMPACKAGES, content.substring(end + 1))
        : Map.of();
  }

  private static String java() {
    return System.getProperty("java.vm.version") + " " + System.getProperty("java.vm.vendor");
  }
}
