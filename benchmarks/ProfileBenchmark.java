import dev.carrel.api.Progress;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import dev.carrel.launcher.OsgiRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Store.union of items that are in the store, from a running JVM. Run by benchmarks/profile; see docs/performance.md.
 *
 * <p>Arguments: distribution, how many items.
 */
public final class ProfileBenchmark {
  private static final int ROUNDS = 9;
  private static final int DIGEST = 32;

  private ProfileBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    String contracts;
    try (JarFile api = new JarFile(arguments[0] + "/bundles/dev.carrel.api.jar")) {
      contracts = api.getManifest().getMainAttributes().getValue("Export-Package");
    }
    OsgiRuntime runtime = OsgiRuntime.of(Path.of(arguments[0]), Files.createTempDirectory("carrel-benchmark"),
        Map.of("org.osgi.framework.system.packages.extra", contracts));
    int status = 0;
    try {
      Store store = runtime.context().getService(runtime.context().getServiceReference(Store.class));
      measure(store, Integer.parseInt(arguments[1]));
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  private static void measure(Store store, int count) throws Exception {
    List<StorePath> items = new ArrayList<>();
    try (Stream<Path> all = Files.list(store.directory().resolve("items"))) {
      for (Path item : (Iterable<Path>) all.sorted()::iterator) {
        String name = item.getFileName().toString();
        if (items.size() < count && !name.endsWith("-profile")) {
          items.add(new StorePath(name.substring(0, DIGEST), name.substring(DIGEST + 1), ""));
        }
      }
    }
    long[] took = new long[ROUNDS];
    long files = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      StorePath profile = store.union("benchmark" + round, items, Progress.silent());
      took[round] = System.nanoTime() - begin;
      try (Stream<Path> all = Files.walk(store.locate(profile))) {
        files = all.count();
      }
    }
    long first = took[0];
    Arrays.sort(took);
    System.out.printf("profile of %d packages, %d files: %.0f ms the first time, median %.0f ms%n", items.size(), files, first / 1e6,
        took[ROUNDS / 2] / 1e6);
  }
}
