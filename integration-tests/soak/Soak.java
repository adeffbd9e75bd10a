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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;

/**
 * Starts many containers from many threads while others fill the heap, and looks for what was not given back: descriptors, threads,
 * mounts, processes, zombies, native memory. Ends with 1 if something was lost or ended with the wrong status.
 *
 * <p>Arguments: distribution, starts, threads.
 */
public final class Soak {
  private static final int WARM_UP = 200;
  private static final int IDLE = 500;
  /** As root's containers have them by default. */
  private static final long FIRST_ID = 1285881856;
  /** Native memory that is no leak, but the allocators' and the JIT compiler's: in KiB. */
  private static final long SLACK = 24 * 1024;

  private final Containers containers;
  private final AtomicInteger wrong = new AtomicInteger();
  private volatile boolean over;

  private Soak(Containers containers) {
    this.containers = containers;
  }

  public static void main(String[] arguments) throws Exception {
    Path storage = Files.createTempDirectory("carrel-soak");
    String contracts;
    try (JarFile api = new JarFile(arguments[0] + "/bundles/dev.carrel.api.jar")) {
      contracts = api.getManifest().getMainAttributes().getValue("Export-Package");
    }
    OsgiRuntime runtime = OsgiRuntime.of(
        Path.of(arguments[0]), storage, Map.of("org.osgi.framework.system.packages.extra", contracts));
    int status = 1;
    try {
      BundleContext context = runtime.context();
      Soak soak = new Soak(context.getService(context.getServiceReference(Containers.class)));
      status = soak.run(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2])) ? 0 : 1;
    } catch (Throwable e) {
      e.printStackTrace();
    }
    runtime.stop();
    System.exit(status);
  }

  private boolean run(int starts, int threads) throws Exception {
    memoryOfIdleContainers();
    starts(WARM_UP, threads);
    Resources before = Resources.now();
    Thread litter = new Thread(this::litter);
    litter.setDaemon(true);
    litter.start();
    long begin = System.nanoTime();
    starts(starts, threads);
    double seconds = (System.nanoTime() - begin) / 1e9;
    over = true;
    litter.join();
    Resources after = Resources.now();
    for (int i = 0; i < 600 && !after.fits(before); i++) { // the kernel clears up behind the scenes
      Thread.sleep(100);
      after = Resources.now();
    }
    System.out.printf("%d starts by %d threads in %.1f s: %.0f a second, %d wrong%n", starts, threads, seconds, starts / seconds, wrong.get());
    System.out.println("before " + before);
    System.out.println("after  " + after);
    return wrong.get() == 0 && after.fits(before);
  }

  private void starts(int count, int threads) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    AtomicInteger left = new AtomicInteger(count);
    List<Future<?>> done = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int thread = i;
      done.add(pool.submit(() -> {
        for (int n = left.getAndDecrement(); n > 0; n = left.getAndDecrement()) {
          start(thread, n);
        }
        return null;
      }));
    }
    for (Future<?> future : done) {
      future.get();
    }
    pool.shutdown();
  }

  /** Every fourth writes to a pipe, every fifth is killed. */
  private void start(int thread, int n) throws Exception {
    int expected = n % 3; // few specifications, so that threads share their templates
    boolean pipes = n % 4 == 0;
    boolean kill = n % 5 == 0;
    String script = kill ? "sleep 100" : (pipes ? "echo hello; " : "") + "exit " + expected;
    try (Container container = containers.start(spec(thread, script, pipes ? Stdio.pipes() : Stdio.discard()))) {
      if (kill) {
        container.process().destroyForcibly();
        expected = 137;
      }
      if (pipes) {
        byte[] output = container.process().getInputStream().readAllBytes();
        if (!kill && !new String(output).equals("hello\n")) {
          wrong.incrementAndGet();
        }
        container.process().getErrorStream().close();
        container.process().getOutputStream().close();
      }
      if (container.exit().get().shellStatus() != expected) {
        wrong.incrementAndGet();
      }
    }
  }

  private static ContainerSpec spec(int thread, String script, Stdio stdio) {
    List<Mount> mounts = List.of(
        new Mount.Bind(Path.of("/usr"), Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false),
        new Mount.Symlink(Path.of("/bin"), "usr/bin"), new Mount.Symlink(Path.of("/lib"), "usr/lib"),
        new Mount.Symlink(Path.of("/lib64"), "usr/lib64"), new Mount.Tmpfs(Path.of("/tmp"), 01777, "10%"));
    long uid = Long.getLong("uid");
    long gid = Long.getLong("gid");
    return new ContainerSpec(
        new ProcessSpec(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin"), Path.of("/"), stdio), Namespace.standard(),
        identity(uid, gid, thread / 2), Optional.of("soak" + thread / 2),
        new RootSpec(mounts, List.of(), false), NetworkSpec.NONE, Optional.empty());
  }

  /** As root, every other specification has ids of its own. */
  private static Identity identity(long uid, long gid, int number) {
    IdMapping first = new IdMapping(0, FIRST_ID, 1);
    List<IdMapping> others = List.of(new IdMapping(1, FIRST_ID + 1, 65535));
    return uid == 0 && number % 2 == 0 ? new Identity(first, first, others, others)
        : new Identity(new IdMapping(uid, uid, 1), new IdMapping(gid, gid, 1));
  }

  /** What a container adds that does nothing: its first process, and what this JVM keeps of it. */
  private void memoryOfIdleContainers() throws Exception {
    ContainerSpec spec = spec(0, "exec sleep 1000", Stdio.discard());
    List<Container> idle = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      idle.add(containers.start(spec));
    }
    System.gc();
    long before = Resources.resident("self");
    for (int i = 0; i < IDLE; i++) {
      idle.add(containers.start(spec));
    }
    System.gc();
    long grown = Math.max(0, Resources.resident("self") - before);
    long first = 0;
    for (Container container : idle) {
      first += Resources.resident(Long.toString(container.process().pid()));
    }
    System.out.printf("an idle container takes %d KiB (PSS) for its first process and %d KiB in the JVM%n", first / idle.size(), grown / IDLE);
    for (Container container : idle) {
      container.close();
    }
  }

  private void litter() {
    List<byte[]> kept = new ArrayList<>();
    while (!over) {
      kept.add(new byte[64 * 1024]);
      if (kept.size() > 256) {
        kept.clear();
      }
    }
  }

  /**
   * @param templates processes that clone containers; how many there are depends on what was mounted on the host meanwhile
   * @param memory resident, in KiB
   */
  private record Resources(long descriptors, long threads, long mounts, long children, long templates, long zombies, long memory) {
    /** Of a template: its socket, and the table of mounts. */
    private static final int OF_A_TEMPLATE = 2;

    static Resources now() throws IOException {
      System.gc();
      long children = 0;
      long templates = 0;
      long zombies = 0;
      try (Stream<Path> all = Files.list(Path.of("/proc"))) {
        for (Path process : all.filter(path -> Character.isDigit(path.getFileName().toString().charAt(0))).toList()) {
          try {
            String stat = Files.readString(process.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            if (Long.parseLong(fields[1]) == ProcessHandle.current().pid()) {
              boolean template = stat.contains("(carrel-template)");
              templates += template ? 1 : 0;
              children += template ? 0 : 1;
              zombies += fields[0].equals("Z") ? 1 : 0;
            }
          } catch (IOException e) {
            continue; // it has ended
          }
        }
      }
      return new Resources(count("/proc/self/fd"), count("/proc/self/task"), Files.readAllLines(Path.of("/proc/self/mountinfo")).size(),
          children, templates, zombies, resident("self"));
    }

    private static long count(String directory) throws IOException {
      try (Stream<Path> entries = Files.list(Path.of(directory))) {
        return entries.count();
      }
    }

    /** The proportional set size of a process, in KiB; without the right to see it, its resident set. */
    static long resident(String process) throws IOException {
      Path rollup = Path.of("/proc", process, "smaps_rollup");
      try {
        return number(rollup, "Pss:");
      } catch (IOException e) {
        return number(Path.of("/proc", process, "status"), "VmRSS:");
      }
    }

    private static long number(Path file, String key) throws IOException {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(key)) {
          return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      return 0;
    }

    /** The JVM itself may have ended or started some threads of its own. */
    boolean fits(Resources before) {
      return descriptors - OF_A_TEMPLATE * templates <= before.descriptors - OF_A_TEMPLATE * before.templates + 2 && threads <= before.threads + 3 && mounts <= before.mounts && children <= before.children
          && zombies == 0 && memory <= before.memory + SLACK;
    }
  }
}
