package dev.carrel.addon;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars with little inside. */
final class Jars {
  private Jars() {}

  static Path bundle(Path file, String name, String version, String... headers) throws IOException {
    Manifest manifest = new Manifest();
    Attributes all = manifest.getMainAttributes();
    all.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    all.putValue("Bundle-ManifestVersion", "2");
    all.putValue("Bundle-SymbolicName", name);
    all.putValue("Bundle-Version", version);
    for (int i = 0; i < headers.length; i += 2) {
      all.putValue(headers[i], headers[i + 1]);
    }
    try (OutputStream out = Files.newOutputStream(file); JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.putNextEntry(new JarEntry("content"));
      jar.write("some words that are packed, and packed, and packed, and packed".getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }
}
