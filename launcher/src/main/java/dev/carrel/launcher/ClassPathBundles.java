package dev.carrel.launcher;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.connect.ConnectContent;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Bundles as an index of headers and descriptors, their classes on the class path; see OSGi Core 8, chapter 60 "Connect".
 * They are bundles like others: they are resolved, started, stopped, and other bundles are wired to them.
 */
final class ClassPathBundles implements ModuleConnector {
  private static final String SCHEME = "classpath:";

  private final Map<String, Module> modules;

  private ClassPathBundles(Map<String, Module> modules) {
    this.modules = modules;
  }

  static String location(String bundle) {
    return SCHEME + bundle;
  }

  /** What is known of one bundle. */
  record Module(Map<String, String> headers, Map<String, byte[]> entries) implements ConnectModule {
    @Override
    public ConnectContent getContent() {
      return new Content(this);
    }
  }

  /** The bundles of some sets, from the indexes of a distribution. */
  static ClassPathBundles read(Path home, List<BundleSets> sets) throws IOException {
    Map<String, Module> modules = new HashMap<>();
    for (BundleSets set : sets) {
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(index(home, set))))) {
        read(in, modules);
      }
    }
    return new ClassPathBundles(modules);
  }

  /** The values of one header, of the bundles that have it. */
  List<String> headers(String name) {
    List<String> values = new ArrayList<>();
    for (Module module : modules.values()) {
      String value = module.headers().get(name);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  static Path index(Path home, BundleSets set) {
    return home.resolve(set == BundleSets.CORE ? "lib/core.index"
        : set == BundleSets.PACKAGES ? "lib/packages.index" : set == BundleSets.NETWORKS ? "lib/networks.index" : "lib/stores.index");
  }

  private static void read(DataInputStream in, Map<String, Module> modules) throws IOException {
    for (int count = in.readInt(); count > 0; count--) {
      String name = in.readUTF();
      Map<String, String> headers = new HashMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        headers.put(in.readUTF(), text(in));
      }
      Map<String, byte[]> entries = new LinkedHashMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        entries.put(in.readUTF(), in.readNBytes(in.readInt()));
      }
      modules.put(location(name), new Module(headers, entries));
    }
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), java.nio.charset.StandardCharsets.UTF_8);
  }

  /** Writes an index of modules by their names. */
  static void write(Map<String, Module> modules, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    out.writeInt(modules.size());
    for (Map.Entry<String, Module> module : modules.entrySet()) {
      out.writeUTF(module.getKey());
      out.writeInt(module.getValue().headers().size());
      for (Map.Entry<String, String> header : module.getValue().headers().entrySet()) {
        out.writeUTF(header.getKey());
        byte[] value = header.getValue().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        out.writeInt(value.length);
        out.write(value);
      }
      out.writeInt(module.getValue().entries().size());
      for (Map.Entry<String, byte[]> entry : module.getValue().entries().entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeInt(entry.getValue().length);
        out.write(entry.getValue());
      }
    }
    out.flush();
  }

  @Override
  public void initialize(File storage, Map<String, String> configuration) {}

  @Override
  public Optional<ConnectModule> connect(String location) {
    return Optional.ofNullable(modules.get(location));
  }

  @Override
  public Optional<BundleActivator> newBundleActivator() {
    return Optional.empty();
  }

  private record Content(Module module) implements ConnectContent {
    @Override
    public Optional<Map<String, String>> getHeaders() {
      return Optional.of(module.headers());
    }

    @Override
    public Iterable<String> getEntries() {
      return module.entries().keySet();
    }

    @Override
    public Optional<ConnectEntry> getEntry(String path) {
      byte[] content = module.entries().get(path);
      return content == null ? Optional.empty() : Optional.of(new Entry(path, content));
    }

    @Override
    public Optional<ClassLoader> getClassLoader() {
      return Optional.of(ClassPathBundles.class.getClassLoader());
    }

    @Override
    public void open() {}

    @Override
    public void close() {}
  }

  private record Entry(String name, byte[] content) implements ConnectContent.ConnectEntry {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public long getContentLength() {
      return content.length;
    }

    @Override
    public long getLastModified() {
      return 0;
    }

    @Override
    public InputStream getInputStream() {
      return new ByteArrayInputStream(content);
    }
  }
}
