import dev.carrel.api.Progress;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.store.HostStore;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.launcher.OsgiRuntime;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
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
import java.util.jar.JarFile;
import org.osgi.framework.BundleContext;

/**
 * The closure of an item of a Nix store, by Carrel in a running JVM and by {@code nix-store -qR}, by turns. Run by
 * benchmarks/nix-closure; see docs/performance.md.
 *
 * <p>Arguments: {@code items COUNT} prints COUNT items, each with eight references or so, for nix-store --load-db, the last of
 * which needs all; {@code measure DISTRIBUTION ROOT ITEM SMALLER} measures, and starts containers with what a smaller one needs.
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
    String contracts;
    try (JarFile api = new JarFile(arguments[1] + "/bundles/dev.carrel.api.jar")) {
      contracts = api.getManifest().getMainAttributes().getValue("Export-Package");
    }
    OsgiRuntime runtime = OsgiRuntime.of(Path.of(arguments[1]), Files.createTempDirectory("carrel-benchmark"),
        Map.of("org.osgi.framework.system.packages.extra", contracts));
    int status = 0;
    try {
      BundleContext context = runtime.context();
      HostStore store = context.getService(context.getServiceReferences(HostStore.class, "(carrel.source=nix)").iterator().next());
      measure(store, arguments[2], arguments[3]);
      start(store, context.getService(context.getServiceReference(Containers.class)), arguments[4]);
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  /** Starts containers that have every item of a closure at its own path, and the host's programs. */
  private static void start(HostStore store, Containers containers, String item) throws Exception {
    List<Mount> mounts = new ArrayList<>();
    for (String name : List.of("usr", "lib", "lib64", "bin")) {
      Path real = Path.of("/", name).toRealPath();
      mounts.add(new Mount.Bind(real, Path.of("/", name), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    }
    for (Installation.Item one : store.resolve(List.of(new PackageRequest(item, Optional.empty())), false, Progress.silent()).closure()) {
      Files.createDirectories(one.source());
      mounts.add(new Mount.Bind(one.source(), one.path(), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    }
    ProcessSpec process = new ProcessSpec(List.of("/bin/true"), Map.of(), Path.of("/"), Stdio.discard());
    long id = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
    Identity user = new Identity(new IdMapping(id, id, 1), new IdMapping(id, id, 1));
    ContainerSpec spec = new ContainerSpec(process, Namespace.standard(), user, Optional.empty(), new RootSpec(mounts, List.of(), false),
        NetworkSpec.NONE, Optional.empty());
    long[] took = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      containers.start(spec).exit().join();
      took[round] = System.nanoTime() - begin;
    }
    double first = took[0] / 1e6;
    Arrays.sort(took);
    System.out.printf("container with %d mounts: the first %.0f ms, median %.1f ms%n", mounts.size(), first, took[ROUNDS / 2] / 1e6);
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
    long[] processor = new long[ROUNDS];
    long[] nix = new long[ROUNDS];
    int size = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      long begin = System.nanoTime();
      Installation found = store.resolve(wanted, false, Progress.silent());
      carrel[round] = System.nanoTime() - begin;
      processor[round] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
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
    Arrays.sort(processor);
    Arrays.sort(nix);
    System.out.printf("closure of %d items: Carrel %.1f ms, %.1f ms of them on a processor (the first %.1f ms), nix-store -qR %.1f ms%n", size,
        carrel[ROUNDS / 2] / 1e6, processor[ROUNDS / 2] / 1e6, first, nix[ROUNDS / 2] / 1e6);
  }
}
