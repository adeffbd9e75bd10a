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
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Limits;
import dev.carrel.launcher.OsgiRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import org.osgi.framework.BundleContext;

/**
 * What limits add to a start, from a running JVM inside Felix: starts without and with them by turns, until the program runs and until it has
 * ended. Run by benchmarks/limits; see docs/performance.md.
 *
 * <p>Arguments: distribution, statically linked program, rounds.
 */
public final class LimitsBenchmark {
  private final Containers containers;
  private final Path program;

  private LimitsBenchmark(Containers containers, Path program) {
    this.containers = containers;
    this.program = program;
  }

  public static void main(String[] arguments) throws Exception {
    Path storage = Files.createTempDirectory("carrel-benchmark");
    String contracts;
    try (JarFile api = new JarFile(arguments[0] + "/bundles/dev.carrel.api.jar")) {
      contracts = api.getManifest().getMainAttributes().getValue("Export-Package");
    }
    OsgiRuntime runtime = OsgiRuntime.of(
        Path.of(arguments[0]), storage, Map.of("org.osgi.framework.system.packages.extra", contracts));
    int status = 0;
    try {
      BundleContext context = runtime.context();
      Containers containers = context.getService(context.getServiceReference(Containers.class));
      new LimitsBenchmark(containers, Path.of(arguments[1])).run(Integer.parseInt(arguments[2]));
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  private void run(int rounds) throws Exception {
    Limits memory = Limits.none().withMemory(new Bound(256 << 20));
    Limits usual = memory.withProcesses(new Bound(100)).withCpus(new Bound(1500));
    List<String> names = List.of("without limits", "with --memory", "with --memory, --pids and --cpus");
    List<ContainerSpec> specs = List.of(spec(), spec().withLimits(memory), spec().withLimits(usual));
    long[][] starts = new long[specs.size()][rounds];
    long[][] wholes = new long[specs.size()][rounds];
    for (int i = -200; i < rounds; i++) {
      for (int j = 0; j < specs.size(); j++) {
        long before = System.nanoTime();
        Container container = containers.start(specs.get(j));
        long started = System.nanoTime();
        container.exit().join();
        long ended = System.nanoTime();
        starts[j][Math.max(i, 0)] = started - before;
        wholes[j][Math.max(i, 0)] = ended - before;
      }
    }
    for (int j = 0; j < specs.size(); j++) {
      Arrays.sort(starts[j]);
      Arrays.sort(wholes[j]);
      System.out.printf("%-33s until it runs %5d us (%+5d)   until it is gone %5d us (%+5d)%n", names.get(j), starts[j][rounds / 2] / 1000,
          (starts[j][rounds / 2] - starts[0][rounds / 2]) / 1000, wholes[j][rounds / 2] / 1000, (wholes[j][rounds / 2] - wholes[0][rounds / 2]) / 1000);
    }
  }

  private ContainerSpec spec() {
    List<Mount> mounts = new ArrayList<>();
    for (String name : new String[] {"tmp", "run", "home"}) {
      mounts.add(new Mount.Tmpfs(Path.of("/", name), 0755, "10%"));
    }
    mounts.add(new Mount.Bind(program, Path.of("/true"), Access.EXPOSE, Mapping.Kind.FILE, false));
    long uid = Long.getLong("uid");
    long gid = Long.getLong("gid");
    return new ContainerSpec(
        new ProcessSpec(List.of("/true"), Map.of(), Path.of("/"), Stdio.inherit()), Namespace.standard(),
        new Identity(new IdMapping(uid, uid, 1), new IdMapping(gid, gid, 1)), Optional.of("bench"),
        new RootSpec(mounts, List.of(), false), NetworkSpec.NONE, Optional.empty());
  }
}
