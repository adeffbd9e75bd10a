package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A small add-on, as its author's tools make it: it says something when it starts, and has a command. */
record AddonJar(String name, String version, String imports, String exports) {
  private static final String SOURCE = """
      package sample;
      import java.util.Hashtable;
      import java.util.Map;
      import org.osgi.framework.BundleActivator;
      import org.osgi.framework.BundleContext;
      public class Activator implements BundleActivator {
        public void start(BundleContext context) {
          context.registerService(Activator.class, this, new Hashtable<>(Map.of("osgi.command.scope", "sample", "osgi.command.function", "greet")));
          System.err.println("the sample starts");
        }
        public void stop(BundleContext context) {}
        public String greet() { return "greetings from VERSION"; }
      }
      """;

  static AddonJar version(String version) {
    return new AddonJar("org.example.sample", version, "", "");
  }

  AddonJar called(String other) {
    return new AddonJar(other, version, imports, exports);
  }

  AddonJar importing(String more) {
    return new AddonJar(name, version, "," + more, exports);
  }

  AddonJar exporting(String packages) {
    return new AddonJar(name, version, imports, packages);
  }

  /** Compiles and packs it. */
  Path in(Path directory) throws IOException {
    Path work = Files.createTempDirectory(directory, "sample");
    Path source = Files.writeString(work.resolve("Activator.java"), SOURCE.replace("VERSION", version));
    int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-cp", System.getProperty("java.class.path"),
        "-d", work.resolve("classes").toString(), source.toString());
    assertThat(status).isZero();
    Path jar = work.resolve("sample-" + version + ".jar");
    try (OutputStream out = Files.newOutputStream(jar); JarOutputStream packed = new JarOutputStream(out, manifest());
        Stream<Path> classes = Files.walk(work.resolve("classes")).filter(Files::isRegularFile)) {
      for (Path file : classes.toList()) {
        packed.putNextEntry(new JarEntry(work.resolve("classes").relativize(file).toString()));
        packed.write(Files.readAllBytes(file));
      }
    }
    return jar;
  }

  private Manifest manifest() {
    Manifest manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", name);
    headers.putValue("Bundle-Version", version);
    headers.putValue("Bundle-Activator", "sample.Activator");
    headers.putValue("Import-Package", "org.osgi.framework" + imports);
    if (!exports.isEmpty()) {
      headers.putValue("Export-Package", exports);
    }
    return manifest;
  }
}
