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

/**
 * Makes a distribution, at build time: the index and the classes of the core bundles, the native libraries for this machine.
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

  public static void main(String[] arguments) throws Exception {
    new Distribution(Path.of(arguments[0]), Path.of(arguments[1])).make();
    System.exit(0); // Felix leaves threads behind that are no daemons
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
    core();
    SystemPackages.write(home);
    String processor = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86-64";
    unpack("jna", "com/sun/jna/linux-" + processor + "/libjnidispatch.so", "libjnidispatch.so");
    String folder = processor.equals("aarch64") ? "aarch64" : "x86_64";
    unpack("sqlite-jdbc", "org/sqlite/native/Linux/" + folder + "/libsqlitejdbc.so", "libsqlitejdbc.so");
  }

  /** One index, and one jar in which nothing is compressed. */
  private void core() throws IOException {
    Map<String, CoreBundles.Module> modules = new LinkedHashMap<>();
    Set<String> written = new HashSet<>();
    try (ZipOutputStream classes = new ZipOutputStream(Files.newOutputStream(home.resolve("lib/core.jar")))) {
      for (String bundle : BundleSets.CORE.bundles()) {
        try (JarFile jar = new JarFile(bundles.resolve(bundle + ".jar").toFile())) {
          modules.put(bundle, module(jar, classes, written));
        }
      }
    }
    try (OutputStream index = Files.newOutputStream(home.resolve("lib/core.index"))) {
      CoreBundles.write(modules, index);
    }
  }

  private static CoreBundles.Module module(JarFile jar, ZipOutputStream classes, Set<String> written) throws IOException {
    Map<String, String> headers = new HashMap<>();
    Attributes attributes = jar.getManifest().getMainAttributes();
    for (Object key : attributes.keySet()) {
      if (HEADERS.contains(key.toString())) {
        headers.put(key.toString(), attributes.getValue((Attributes.Name) key));
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
    return new CoreBundles.Module(headers, entries);
  }

  /** Native libraries are unpacked; licences stay with the bundle's own file. */
  private static boolean isCode(JarEntry entry) {
    String name = entry.getName();
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

  private void unpack(String bundle, String entry, String file) throws IOException {
    Path target = Files.createDirectories(home.resolve("native")).resolve(file);
    try (JarFile jar = new JarFile(bundles.resolve(bundle + ".jar").toFile())) {
      try (InputStream in = jar.getInputStream(jar.getJarEntry(entry))) {
        Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
