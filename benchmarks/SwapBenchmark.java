import dev.carrel.api.container.Container;
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
import dev.carrel.launcher.OsgiRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarFile;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * What the first start after a swap takes, beside one that follows another, from a running JVM inside Felix. Run by benchmarks/swap; see
 * docs/performance.md.
 *
 * <p>Arguments: distribution, statically linked program, rounds.
 */
public final class SwapBenchmark {
  private static final int WARM_UP = 300;

  private final BundleContext context;
  private final Path program;
  private final int rounds;

  /** What is done between two starts. */
  private interface Swap {
    void swap() throws Exception;
  }

  private SwapBenchmark(BundleContext context, Path program, int rounds) {
    this.context = context;
    this.program = program;
    this.rounds = rounds;
  }

  public static void main(String[] arguments) throws Exception {
    Path storage = Files.createTempDirectory("carrel-benchmark");
    String contracts;
    try (JarFile api = new JarFile(arguments[0] + "/bundles/dev.carrel.api.jar")) {
      contracts = api.getManifest().getMainAttributes().getValue("Export-Package");
    }
    OsgiRuntime runtime = OsgiRuntime.of(Path.of(arguments[0]), storage, Map.of("org.osgi.framework.system.packages.extra", contracts));
    int status = 0;
    try {
      new SwapBenchmark(runtime.context(), Path.of(arguments[1]), Integer.parseInt(arguments[2])).run();
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  private void run() throws Exception {
    Bundle namespace = bundle("dev.carrel.backend.namespace");
    for (int i = 0; i < WARM_UP; i++) {
      start();
    }
    measure("nothing", () -> { });
    measure("its backend stopped and started", () -> {
      namespace.stop();
      namespace.start();
    });
    measure("its backend updated", () -> {
      namespace.update();
      refresh(namespace);
    });
    measure("the other backend taken instead", namespace::stop);
    namespace.start();
  }

  /** The swap itself, and the start after it until its program runs. */
  private void measure(String what, Swap swap) throws Exception {
    long[] swaps = new long[rounds];
    long[] starts = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      bundle("dev.carrel.backend.namespace").start();
      start();
      long before = System.nanoTime();
      swap.swap();
      swaps[i] = System.nanoTime() - before;
      starts[i] = start();
    }
    Arrays.sort(swaps);
    Arrays.sort(starts);
    System.out.printf("%-33s %6.1f ms, the next start %6.1f ms (at most %6.1f ms)%n", what, swaps[rounds / 2] / 1e6, starts[rounds / 2] / 1e6,
        starts[rounds - 1] / 1e6);
  }

  private long start() {
    long before = System.nanoTime();
    Container container = context.getService(context.getServiceReference(Containers.class)).start(spec());
    long took = System.nanoTime() - before;
    container.exit().join();
    return took;
  }

  private Bundle bundle(String name) {
    return Arrays.stream(context.getBundles()).filter(bundle -> bundle.getSymbolicName().equals(name)).findAny().orElseThrow();
  }

  private void refresh(Bundle bundle) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), event -> done.countDown());
    done.await();
  }

  private ContainerSpec spec() {
    List<Mount> mounts = List.of(new Mount.Tmpfs(Path.of("/tmp"), 0755, "10%"),
        new Mount.Bind(program, Path.of("/true"), Access.EXPOSE, Mapping.Kind.FILE, false));
    long uid = Long.getLong("uid");
    long gid = Long.getLong("gid");
    return new ContainerSpec(
        new ProcessSpec(List.of("/true"), Map.of(), Path.of("/"), Stdio.inherit()), Namespace.standard(),
        new Identity(new IdMapping(uid, uid, 1), new IdMapping(gid, gid, 1)), Optional.of("bench"),
        new RootSpec(mounts, List.of(), false), NetworkSpec.NONE, Optional.empty());
  }
}
