import dev.carrel.api.Progress;
import dev.carrel.api.store.HostStore;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.launcher.OsgiRuntime;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * The closure of an item of a Nix store, by Carrel in a running JVM and by {@code nix-store -qR}, by turns. Run by
 * benchmarks/nix-closure; see docs/performance.md.
 *
 * <p>Arguments: {@code items COUNT} prints COUNT items, each with eight references or so, for nix-store --load-db, the last of
 * which needs all; {@code measure DISTRIBUTION ROOT ITEM} measures.
 */
public final class NixBenchmark {
  private static final int ROUNDS = 31;
  private static final int REFERENCES = 8;
  private static final String LETTERS = "0123456789abcdfghijklmnpqrsvwxyz";

  private NixBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("items")) {
      print(Integer.parseInt(arguments[1]));
      return;
    }
    OsgiRuntime runtime = OsgiRuntime.of(Path.of(arguments[1]), Files.createTempDirectory("carrel-benchmark"), Map.of(
        "org.osgi.framework.system.packages.extra", "dev.carrel.api;version=1.0.0,dev.carrel.api.container;version=1.0.0,"
            + "dev.carrel.api.isolation;version=1.0.0,dev.carrel.api.mount;version=1.0.0,dev.carrel.api.network;version=1.0.0,"
            + "dev.carrel.api.host;version=1.0.0,dev.carrel.api.store;version=1.0.0,dev.carrel.api.environment;version=1.0.0"));
    int status = 0;
    try {
      HostStore store = runtime.context().getService(runtime.context().getServiceReferences(HostStore.class, "(carrel.source=nix)").iterator().next());
      measure(store, arguments[2], arguments[3]);
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  private static void print(int count) {
    Random random = new Random(7);
    List<String> items = new ArrayList<>();
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (int i = 0; i < count; i++) {
      StringBuilder hash = new StringBuilder();
      for (int j = 0; j < 32; j++) {
        hash.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
      }
      Set<String> references = new TreeSet<>();
      for (int j = 0; j < REFERENCES && i > 0; j++) {
        references.add(items.get(j == 0 ? i - 1 : random.nextInt(i)));
      }
      items.add("/nix/store/" + hash + "-item-" + i);
      out.print(items.get(i) + "\n" + "0".repeat(63) + "1\n100\n\n" + references.size() + "\n");
      references.forEach(reference -> out.print(reference + "\n"));
    }
    out.flush();
  }

  private static void measure(HostStore store, String root, String item) throws Exception {
    List<PackageRequest> wanted = List.of(new PackageRequest(item, Optional.empty()));
    long[] carrel = new long[ROUNDS];
    long[] nix = new long[ROUNDS];
    int size = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      Installation found = store.resolve(wanted, false, Progress.silent());
      carrel[round] = System.nanoTime() - begin;
      begin = System.nanoTime();
      Process process = new ProcessBuilder("nix-store", "--store", root, "-qR", item).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      long lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().count();
      nix[round] = System.nanoTime() - begin;
      size = found.closure().size();
      if (process.waitFor() != 0 || lines != size) {
        throw new IllegalStateException("Carrel found " + size + " items, nix-store " + lines);
      }
    }
    double first = carrel[0] / 1e6;
    Arrays.sort(carrel);
    Arrays.sort(nix);
    System.out.printf("closure of %d items: Carrel %.1f ms (the first %.1f ms), nix-store -qR %.1f ms%n", size, carrel[ROUNDS / 2] / 1e6, first,
        nix[ROUNDS / 2] / 1e6);
  }
}
