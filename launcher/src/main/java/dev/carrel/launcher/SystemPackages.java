package dev.carrel.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/**
 * The packages that this Java and the framework offer to bundles: the framework takes 20 ms to find out, so a file that is
 * made once for each Java tells. The system property {@code carrel.java} names the folder it is in.
 */
final class SystemPackages {
  private static final String FILE = "system.packages";

  private SystemPackages() {}

  static void write(Path folder) throws IOException, BundleException {
    Files.writeString(folder.resolve(FILE), java() + "\n" + OsgiRuntime.systemPackages());
  }

  /**
   * The framework property that says so. Empty if the file was made by another Java: one that was updated in its place
   * since, so the file is removed, and the script makes all that depends on the Java anew with the next start.
   */
  static Map<String, String> read() throws IOException {
    String folder = System.getProperty("carrel.java");
    if (folder == null) {
      return Map.of();
    }
    File file = new File(folder, FILE);
    if (!file.isFile()) {
      return Map.of();
    }
    String content = Files.readString(file.toPath());
    int end = content.indexOf('\n');
    if (end > 0 && content.substring(0, end).equals(java())) {
      return Map.of(Constants.FRAMEWORK_SYSTEMPACKAGES, content.substring(end + 1));
    }
    file.delete(); // a user who may not: it stays slow until the owner starts it
    return Map.of();
  }

  private static String java() {
    return System.getProperty("java.vm.version") + " " + System.getProperty("java.vm.vendor");
  }
}
