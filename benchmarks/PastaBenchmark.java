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
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
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
 * What the private network of an ordinary user adds to a start, and how long pasta alone takes until it is ready, by turns, from a running
 * JVM inside Felix. Run by benchmarks/pasta. Arguments: distribution, rounds.
 */
public final class PastaBenchmark {
  private static final int WARM_UP = 10;

  private final Containers containers;
  private final Path work;

  private PastaBenchmark(Containers containers, Path work) {
    this.containers = containers;
    this.work = work;
  }

  public static void main(String[] arguments) throws Exception {
    Path work = Files.createTempDirectory("carrel-benchmark");
    String contracts;
    try (JarFile api = new JarFile(arguments[0] + "/bundles/dev.carrel.api.jar")) {
      contracts = api.getManifest().getMainAttributes().getValue("Export-Package");
    }
    OsgiRuntime runtime = OsgiRuntime.of(
        Path.of(arguments[0]), work.resolve("storage"), Map.of("org.osgi.framework.system.packages.extra", contracts));
    int status = 0;
    try {
      BundleContext context = runtime.context();
      Containers containers = context.getService(context.getServiceReference(Containers.class));
      new PastaBenchmark(containers, work).run(Integer.parseInt(arguments[1]));
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  private interface Timed {
    long run() throws Exception;
  }

  private void run(int rounds) throws Exception {
    ContainerSpec bare = spec(NetworkSpec.NONE);
    ContainerSpec attached = spec(new NetworkSpec.Attached(Optional.of("pasta"), NetworkOptions.none()));
    String[] names = {"start without a network", "start with pasta", "pasta alone, until ready"};
    Timed[] kinds = {() -> start(bare), () -> start(attached), this::alone};
    long[][] times = new long[kinds.length][rounds];
    for (int i = -WARM_UP; i < rounds; i++) {
      for (int j = 0; j < kinds.length; j++) {
        times[j][Math.max(i, 0)] = kinds[j].run();
      }
    }
    for (int j = 0; j < kinds.length; j++) {
      Arrays.sort(times[j]);
      System.out.printf("%-28s median %6.2f ms   (best %6.2f, worst of ten %6.2f)%n", names[j], times[j][rounds / 2] / 1e6, times[j][0] / 1e6,
          times[j][rounds * 9 / 10] / 1e6);
    }
  }

  /** Until the program has been executed; its end is waited for, and not counted. */
  private long start(ContainerSpec spec) throws Exception {
    long before = System.nanoTime();
    Container container = containers.start(spec);
    long time = System.nanoTime() - before;
    if (container.process().waitFor() != 0) {
      throw new IllegalStateException("the program has failed");
    }
    Thread.sleep(30); // the kernel takes the namespace down meanwhile
    return time;
  }

  /** It goes into the background when it is ready. */
  private long alone() throws Exception {
    Process guest = new ProcessBuilder("unshare", "--user", "--map-root-user", "--net", "sh", "-c", "echo there; exec sleep 60").start();
    guest.getInputStream().read();
    Path pid = work.resolve("pid");
    long before = System.nanoTime();
    Process pasta = new ProcessBuilder("pasta", "--quiet", "--config-net", "--no-map-gw", "-t", "none", "-u", "none", "-T", "none", "-U", "none",
        "-I", "eth0", "--pid", pid.toString(), Long.toString(guest.pid())).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    int status = pasta.waitFor();
    long time = System.nanoTime() - before;
    if (status != 0) {
      throw new IllegalStateException("pasta has failed");
    }
    ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).ifPresent(ProcessHandle::destroyForcibly);
    guest.destroyForcibly().waitFor();
    Thread.sleep(30);
    return time;
  }

  private static ContainerSpec spec(NetworkSpec network) throws Exception {
    List<Mount> mounts = new ArrayList<>();
    mounts.add(new Mount.Bind(Path.of("/usr"), Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    for (String name : new String[] {"bin", "sbin", "lib", "lib64"}) {
      mounts.add(new Mount.Symlink(Path.of("/", name), "usr/" + name));
    }
    mounts.add(new Mount.Tmpfs(Path.of("/tmp"), 0755, "10%"));
    long uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    long gid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
    return new ContainerSpec(new ProcessSpec(List.of("/usr/bin/true"), Map.of("PATH", "/usr/bin"), Path.of("/"), Stdio.inherit()),
        Namespace.standard(), new Identity(new IdMapping(uid, uid, 1), new IdMapping(gid, gid, 1)), Optional.empty(),
        new RootSpec(mounts, List.of(), false), network, Optional.empty());
  }
}
