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
import dev.carrel.api.network.AllowedDestination;
import dev.carrel.api.network.Firewall;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.api.network.Subnet;
import dev.carrel.launcher.OsgiRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.jar.JarFile;
import org.osgi.framework.BundleContext;

/**
 * What an interface to a network adds to a start: Containers.start until its program runs, with a network namespace in which there is
 * nothing, and attached to the private network, by turns, from a running JVM inside Felix. Run by benchmarks/network, in a network
 * namespace of its own.
 *
 * <p>Arguments: distribution, rounds.
 */
public final class NetworkBenchmark {
  private final Containers containers;

  private NetworkBenchmark(Containers containers) {
    this.containers = containers;
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
      new NetworkBenchmark(containers).run(Integer.parseInt(arguments[1]));
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  private void run(int rounds) throws Exception {
    NetworkOptions plain = NetworkOptions.none();
    NetworkOptions port = new NetworkOptions(List.of(new PublishedPort(Optional.empty(), 8080, 80, PortProtocol.TCP)), List.of(),
        Optional.empty(), OptionalInt.empty(), List.of(), OptionalLong.empty(), Optional.empty());
    NetworkOptions all = new NetworkOptions(port.published(), List.of(), Optional.empty(), OptionalInt.empty(), List.of(),
        OptionalLong.of(100_000_000), Optional.of(new Firewall(List.of(
            new AllowedDestination(Subnet.parse("198.51.100.0/24"), OptionalInt.of(443), Optional.empty())))));
    Map<String, ContainerSpec> kinds = new java.util.LinkedHashMap<>();
    kinds.put("nothing in its namespace", spec(NetworkSpec.NONE));
    kinds.put("private network", spec(new NetworkSpec.Attached(Optional.empty(), plain)));
    kinds.put("and a published port", spec(new NetworkSpec.Attached(Optional.empty(), port)));
    kinds.put("and a firewall and a rate", spec(new NetworkSpec.Attached(Optional.empty(), all)));
    long[][] times = new long[kinds.size()][rounds];
    long[][] ends = new long[kinds.size()][rounds];
    for (int i = -50; i < rounds; i++) {
      int j = 0;
      for (ContainerSpec spec : kinds.values()) {
        long[] both = time(spec);
        times[j][Math.max(i, 0)] = both[0];
        ends[j++][Math.max(i, 0)] = both[1];
      }
    }
    int j = 0;
    double base = 0;
    for (String name : kinds.keySet()) {
      Arrays.sort(times[j]);
      Arrays.sort(ends[j]);
      double median = times[j][rounds / 2] / 1000.0;
      base = j == 0 ? median : base;
      System.out.printf("%-28s %6.0f us   adds %6.0f us   (best %6.0f, worst of ten %6.0f), its end is heard of %6.0f us later%n", name, median, median - base,
          times[j][0] / 1000.0, times[j][rounds * 9 / 10] / 1000.0, ends[j][rounds / 2] / 1000.0);
      j++;
    }
  }

  /** Until the program has been executed, and from then until its end is told. */
  private long[] time(ContainerSpec spec) throws Exception {
    long before = System.nanoTime();
    Container container = containers.start(spec);
    long time = System.nanoTime() - before;
    if (container.process().waitFor() != 0) {
      throw new IllegalStateException("the program has failed");
    }
    long end = System.nanoTime() - before - time;
    Thread.sleep(30); // the kernel takes the namespace down meanwhile
    return new long[] {time, end};
  }

  private static ContainerSpec spec(NetworkSpec network) {
    List<Mount> mounts = new ArrayList<>();
    mounts.add(new Mount.Bind(Path.of("/usr"), Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    for (String name : new String[] {"bin", "sbin", "lib", "lib64"}) {
      mounts.add(new Mount.Symlink(Path.of("/", name), "usr/" + name));
    }
    mounts.add(new Mount.Tmpfs(Path.of("/tmp"), 0755, "10%"));
    Set<Namespace> namespaces = Namespace.standard();
    return new ContainerSpec(new ProcessSpec(List.of("/usr/bin/true"), Map.of("PATH", "/usr/bin"), Path.of("/"), Stdio.inherit()), namespaces,
        new Identity(new IdMapping(0, 0, 1), new IdMapping(0, 0, 1)), Optional.empty(), new RootSpec(mounts, List.of(), false), network,
        Optional.empty());
  }
}
