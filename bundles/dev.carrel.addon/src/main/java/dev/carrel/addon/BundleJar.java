package dev.carrel.addon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * What the manifest of a bundle says.
 *
 * @param name its symbolic name, which a file can be called by
 */
record BundleJar(String name, Version version) {
  private static final String NAME = "[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*";
  private static final int LONGEST_NAME = 200;

  /** Why a file is no bundle. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }

  /**
   * Reads a jar to its end, so that each of its files has been compared with its checksum.
   *
   * @throws Refused if it is damaged, or no bundle that can be started; the message goes on after "it"
   */
  static BundleJar read(Path file) throws Refused {
    return read(file, true);
  }

  /** Reads the manifest alone. */
  static BundleJar glance(Path file) throws Refused {
    return read(file, false);
  }

  private static BundleJar read(Path file, boolean whole) throws Refused {
    try (JarFile jar = new JarFile(file.toFile())) {
      Manifest manifest = jar.getManifest();
      if (whole) {
        readAll(jar);
      }
      if (manifest == null) {
        throw new Refused("is a jar and no bundle: it has no manifest");
      }
      return of(manifest.getMainAttributes());
    } catch (IOException | SecurityException | IllegalArgumentException e) {
      throw new Refused("is no jar, or damaged: " + e.getMessage());
    }
  }

  private static void readAll(JarFile jar) throws IOException {
    for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
      JarEntry entry = entries.nextElement();
      CRC32 sum = new CRC32();
      try (InputStream in = new CheckedInputStream(jar.getInputStream(entry), sum)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      if (entry.getCrc() != sum.getValue()) { // Java itself does not look
        throw new IOException(entry.getName() + " is not what its checksum says");
      }
    }
  }

  private static BundleJar of(Attributes headers) throws Refused {
    String symbolic = headers.getValue(Constants.BUNDLE_SYMBOLICNAME);
    if (symbolic == null || !"2".equals(headers.getValue(Constants.BUNDLE_MANIFESTVERSION))) {
      throw new Refused("is a jar and no bundle: its manifest lacks Bundle-SymbolicName, or Bundle-ManifestVersion: 2. Tools such as"
          + " bnd-maven-plugin write them");
    }
    if (headers.getValue(Constants.FRAGMENT_HOST) != null) {
      throw new Refused("is a fragment of another bundle, and cannot be started by itself");
    }
    int end = symbolic.indexOf(';');
    String name = (end < 0 ? symbolic : symbolic.substring(0, end)).strip();
    if (!name.matches(NAME) || name.length() > LONGEST_NAME) {
      throw new Refused("has a symbolic name that is none: letters, digits, '_', '-' and single dots between them, at most " + LONGEST_NAME);
    }
    if (name.equals(Constants.SYSTEM_BUNDLE_SYMBOLICNAME)) {
      throw new Refused("calls itself " + name + ", which is another name of the framework");
    }
    try {
      return new BundleJar(name, Version.parseVersion(headers.getValue(Constants.BUNDLE_VERSION)));
    } catch (IllegalArgumentException e) {
      throw new Refused("has a Bundle-Version that is none: " + e.getMessage());
    }
  }
}
