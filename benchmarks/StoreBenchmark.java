import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep;
import dev.carrel.launcher.OsgiRuntime;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Stores of many items, from a running JVM. Run by benchmarks/store; see docs/performance.md.
 *
 * <p>Arguments: distribution, then {@code closure ITEMS REGISTRATION STORE}, which also writes the same graph for nix-store
 * --load-db; {@code fill ITEMS FILES}; {@code collect}; {@code resolve PACKAGE...}, which prints what apt-get would call all that is
 * needed; or {@code unpack PACKAGE...}, whose archives are there already.
 */
public final class StoreBenchmark {
  private static final int ROUNDS = 21;
  private static final int BATCH = 500;
  private static final String NIX_DIGITS = "0123456789abcdfghijklmnpqrsvwxyz";

  private StoreBenchmark() {}

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
      switch (arguments[1]) {
        case "closure" -> closure(store, Integer.parseInt(arguments[2]), Path.of(arguments[3]), arguments[4]);
        case "fill" -> fill(store, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        case "resolve" -> resolve(source(runtime), store, arguments).packages().forEach(one ->
            System.out.println(one.name() + (one.architecture().equals("all") ? "" : ":" + one.architecture()) + "=" + one.version()));
        case "unpack" -> unpack(source(runtime), store, arguments);
        default -> collect(runtime.context().getService(runtime.context().getServiceReference(Upkeep.class)));
      }
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  /** The one that is asked for whatever says no source. */
  private static PackageSource source(OsgiRuntime runtime) {
    return runtime.context().getService(runtime.context().getServiceReference(PackageSource.class));
  }

  private static Resolution resolve(PackageSource source, Store store, String[] arguments) {
    List<PackageRequest> wanted = Stream.of(arguments).skip(2).map(PackageRequest::parse).toList();
    return source.resolve(wanted, store, PackageSource.Lists.IF_MISSING, Progress.silent());
  }

  private static void unpack(PackageSource source, Store store, String[] arguments) {
    Resolution resolution = resolve(source, store, arguments);
    long begin = System.nanoTime();
    source.realize(resolution, store, Progress.silent());
    System.out.printf("%d packages unpacked, hashed, made equal and written to the device: %.2f s%n", resolution.packages().size(),
        (System.nanoTime() - begin) / 1e9);
  }

  private static StorePath item(int number) {
    return StorePath.of(String.format("%032x", number + 1), "item" + number, "1");
  }

  /** Everything is reached from the first; each needs up to five others. */
  private static Set<Integer> references(int number, int count) {
    Set<Integer> references = new HashSet<>();
    for (int one : new int[] {2 * number + 1, 2 * number + 2, number + 1, number + 17, number + 170}) {
      if (one < count) {
        references.add(one);
      }
    }
    return references;
  }

  private static void closure(Store store, int count, Path registration, String nixStore) throws Exception {
    List<Recipe> recipes = new ArrayList<>();
    try (PrintWriter nix = new PrintWriter(registration.toFile())) {
      for (int i = 0; i < count; i++) {
        Set<StorePath> references = new HashSet<>();
        nix.printf("%s%n%064x%n8%n%n%d%n", nixPath(nixStore, i), 1, references(i, count).size());
        for (int reference : references(i, count)) {
          references.add(item(reference));
          nix.println(nixPath(nixStore, reference));
        }
        recipes.add(new Recipe(item(i), references, directory -> {}));
      }
    }
    store.realize(recipes, Progress.silent());
    long[] took = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      int size = store.closure(item(0)).requisites().size();
      took[round] = System.nanoTime() - begin;
      if (size != count) {
        throw new AssertionError(size + " items");
      }
    }
    long first = took[0];
    Arrays.sort(took);
    System.out.printf("closure of %d items: %.1f ms the first time, median %.1f ms%n", count, first / 1e6, took[ROUNDS / 2] / 1e6);
  }

  private static String nixPath(String store, int number) {
    StringBuilder digest = new StringBuilder();
    for (int rest = number; digest.length() < 32; rest /= 32) {
      digest.insert(0, NIX_DIGITS.charAt(rest % 32));
    }
    return store + "/" + digest + "-item" + number;
  }

  private static void fill(Store store, int count, int files) {
    for (int begin = 0; begin < count; begin += BATCH) {
      List<Recipe> recipes = new ArrayList<>();
      for (int i = begin; i < Math.min(count, begin + BATCH); i++) {
        int number = i;
        recipes.add(new Recipe(item(i), Set.of(), directory -> {
          Path place = Files.createDirectories(directory.resolve("usr/share/x"));
          for (int file = 0; file < files; file++) {
            Files.writeString(place.resolve("file" + file), "file " + file + " of item " + number);
          }
        }));
      }
      store.realize(recipes, Progress.silent());
    }
  }

  private static void collect(Upkeep upkeep) {
    long begin = System.nanoTime();
    Upkeep.Collected collected = upkeep.collect(new Upkeep.Collection(OptionalLong.empty(), Optional.empty(), false), Progress.silent());
    System.out.printf("collection of %d items: %.2f s%n", collected.items().size(), (System.nanoTime() - begin) / 1e9);
  }
}
