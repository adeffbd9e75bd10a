package dev.carrel.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Constants;

/**
 * Makes a distribution, at build time: the indexes and the classes for headless starts, the native libraries for this machine.
 *
 * <p>Arguments: the folder with the bundles' files, the folder of the distribution.
 */
public final class Distribution {
  private static final String MANIFEST = "META-INF/MANIFEST.MF";
  /** Headers that a framework evaluates; not Bundle-ActivationPolicy, which Felix cannot follow for classes of the class path. */
  private static final Set<String> HEADERS = Set.of("Bundle-ManifestVersion", "Bundle-SymbolicName", "Bundle-Version",
      "Bundle-Activator", "Import-Package", "Export-Package", "DynamicImport-Package", "Provide-Capability",
      "Require-Capability", "Service-Component", "Bundle-Name");

  private final Path bundles;
  private final Path home;

  private Distribution(Path bundles, Path home) {
    this.bundles = bundles;
    this.home = home;
  }

  public static void main(String[] arguments) {
    int status = 0;
    try {
      new Distribution(Path.of(arguments[0]), Path.of(arguments[1])).make();
    } catch (Exception e) {
      e.printStackTrace();
      status = 1;
    }
    System.exit(status);
  }

  private void make() throws Exception {
    Files.createDirectories(home.resolve("lib"));
    Files.createDirectories(home.resolve("bundles"));
    for (BundleSets set : BundleSets.values()) {
      for (String bundle : set.bundles()) {
        Path jar = bundles.resolve(bundle + ".jar");
        Files.copy(jar, home.resolve("bundles").resolve(bundle + ".jar"), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    headless();
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    unpack("jna", "com/sun/jna/linux-" + (arm ? "aarch64" : "x86-64") + "/libjnidispatch.so", "libjnidispatch.so");
    unpack("sqlite-jdbc", "org/sqlite/native/Linux/" + (arm ? "aarch64" : "x86_64") + "/libsqlitejdbc.so", "libsqlitejdbc.so");
    unpack("zstd-jni", "linux/" + (arm ? "aarch64" : "amd64") + "/libzstd-jni-", "libzstd-jni.so");
  }

  /** Indexes, and one jar in which nothing is compressed, for starts that take everything from the class path. */
  private void headless() throws IOException {
    Set<String> written = new HashSet<>();
    try (ZipOutputStream classes = new ZipOutputStream(Files.newOutputStream(home.resolve("lib/headless.jar")))) {
      for (BundleSets set : BundleSets.HEADLESS) {
        try (OutputStream index = Files.newOutputStream(ClassPathBundles.index(home, set))) {
          ClassPathBundles.write(modules(set, classes, written), index);
        }
      }
      modules(BundleSets.JSON, classes, written); // seen on the class path, needs no bundle of its own there
      StringBuilder contracts = new StringBuilder();
      for (ClassPathBundles.Module module : modules(BundleSets.CONTRACTS, classes, written).values()) {
        contracts.append(contracts.length() == 0 ? "" : ",").append(module.headers().get(Constants.EXPORT_PACKAGE));
      }
      SystemPackages.writeContracts(home, contracts.toString());
    }
  }

  private Map<String, ClassPathBundles.Module> modules(BundleSets set, ZipOutputStream classes, Set<String> written)
      throws IOException {
    Map<String, ClassPathBundles.Module> modules = new LinkedHashMap<>();
    for (String bundle : set.bundles()) {
      try (JarFile jar = new JarFile(bundles.resolve(bundle + ".jar").toFile())) {
        modules.put(bundle, module(jar, classes, written));
      }
    }
    return modules;
  }

  private static ClassPathBundles.Module module(JarFile jar, ZipOutputStream classes, Set<String> written) throws IOException {
    Map<String, String> headers = new HashMap<>();
    Attributes attributes = jar.getManifest().getMainAttributes();
    for (Object key : attributes.keySet()) {
      if (HEADERS.contains(key.toString())) {
        String value = attributes.getValue((Attributes.Name) key);
        headers.put(key.toString(), key.toString().equals(Constants.IMPORT_PACKAGE) ? withoutJava(value) : value);
        headers.remove(Constants.IMPORT_PACKAGE, "");
      }
    }
    Map<String, byte[]> entries = new LinkedHashMap<>();
    List<JarEntry> files = new ArrayList<>();
    for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
      files.add(all.nextElement());
    }
    for (JarEntry entry : files) {
      String name = entry.getName();
      if (name.startsWith("OSGI-INF/") && !entry.isDirectory()) {
        entries.put(name, read(jar, entry));
      } else if (isCode(entry) && written.add(name)) {
        store(name, read(jar, entry), classes);
      }
    }
    return new ClassPathBundles.Module(headers, entries);
  }

  /** Packages of the name java.* come from the boot class loader whether imported or not; resolving each costs time. */
  private static String withoutJava(String imports) {
    StringBuilder others = new StringBuilder();
    for (String clause : SystemPackages.clauses(imports)) {
      if (!clause.startsWith("java.")) {
        others.append(others.length() == 0 ? "" : ",").append(clause);
      }
    }
    return others.toString();
  }

  /** Native libraries are unpacked; licences stay with the bundle's own file. */
  private static boolean isCode(JarEntry entry) {
    String name = entry.getName();
    if (name.startsWith("META-INF/services/org.freedesktop.dbus.") || name.startsWith("META-INF/services/org.slf4j.")) {
      return true; // the D-Bus library finds its parts by these
    }
    return !entry.isDirectory() && !name.startsWith("META-INF/") && !name.startsWith("OSGI-OPT/")
        && !name.endsWith(".so") && !name.endsWith(".dll") && !name.endsWith(".jnilib") && !name.endsWith(".a")
        && !name.equals(MANIFEST);
  }

  private static byte[] read(JarFile jar, JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private static void store(String name, byte[] content, ZipOutputStream jar) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    entry.setTime(0);
    jar.putNextEntry(entry);
    jar.write(content);
    jar.closeEntry();
  }

  /** Unpacks the entry whose name begins so: some have their version in it. */
  private void unpack(String bundle, String prefix, String file) throws IOException {
    Path target = Files.createDirectories(home.resolve("native")).resolve(file);
    try (JarFile jar = new JarFile(bundles.resolve(bundle + ".jar").toFile())) {
      for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        if (entry.getName().startsWith(prefix)) {
          try (InputStream in = jar.getInputStream(entry)) {
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
          }
          return;
        }
      }
      throw new IOException(bundle + " has no native library " + prefix + " for this machine");
    }
  }
}
