package dev.carrel.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/**
 * The packages that the framework exports to the bundles of a headless start. It takes the framework 20 ms to find out what
 * this Java offers, and some more to index and resolve 250 packages: a file that is made once for each Java tells of those
 * that the bundles import. The system property {@code carrel.java} names the folder it is in.
 */
final class SystemPackages {
  private static final String FILE = "system.packages";
  private static final String CONTRACTS = "lib/contracts.packages";

  private SystemPackages() {}

  /** Notes in a distribution what the framework is to export of the class path. */
  static void writeContracts(Path home, String packages) throws IOException {
    Files.writeString(home.resolve(CONTRACTS), packages);
  }

  /** Notes in a folder for this Java what it offers and some bundle of a headless start imports. */
  static void write(Path home, Path folder) throws IOException, BundleException {
    Set<String> imported = new HashSet<>();
    for (String headers : ClassPathBundles.read(home, List.of(BundleSets.CORE, BundleSets.PACKAGES, BundleSets.NETWORKS, BundleSets.ADDONS, BundleSets.SETTINGS,
        BundleSets.METATYPE)).headers(Constants.IMPORT_PACKAGE)) {
      for (String clause : clauses(headers)) {
        imported.add(name(clause));
      }
    }
    StringBuilder packages = new StringBuilder(java() + "\n");
    String separator = "";
    for (String clause : clauses(OsgiRuntime.systemPackages())) {
      if (imported.contains(name(clause))) {
        packages.append(separator).append(clause);
        separator = ",";
      }
    }
    Files.writeString(folder.resolve(FILE), packages);
  }

  /** The clauses of a header, as OSGi Core 8, 3.2.4 has it: commas inside quotes do not separate. */
  static List<String> clauses(String header) {
    List<String> clauses = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < header.length(); i++) {
      char c = header.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        clauses.add(header.substring(start, i).strip());
        start = i + 1;
      }
    }
    clauses.add(header.substring(start).strip());
    return clauses;
  }

  private static String name(String clause) {
    int end = clause.indexOf(';');
    return end < 0 ? clause : clause.substring(0, end).strip();
  }

  /**
   * The framework properties that say so. Without what this Java offers if that was noted by another Java: one that was
   * updated in its place since, so the note is removed, and the script makes all that depends on the Java anew.
   */
  static Map<String, String> read(Path home) throws IOException {
    Map<String, String> properties = new HashMap<>();
    properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, Files.readString(home.resolve(CONTRACTS)));
    String folder = System.getProperty("carrel.java");
    File file = folder == null ? null : new File(folder, FILE);
    if (file == null || !file.isFile()) {
      return properties;
    }
    String content = Files.readString(file.toPath());
    int end = content.indexOf('\n');
    if (end > 0 && content.substring(0, end).equals(java())) {
      properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES, content.substring(end + 1));
    } else {
      file.delete(); // a user who may not: it stays slow until the owner starts it
    }
    return properties;
  }

  private static String java() {
    return System.getProperty("java.vm.version") + " " + System.getProperty("java.vm.vendor");
  }
}
