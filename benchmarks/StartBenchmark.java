import dev.carrel.api.container.Capability;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.ResourceLimit;
import dev.carrel.api.container.ResourceLimit.Range;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.launcher.OsgiRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.jar.JarFile;
import org.osgi.framework.BundleContext;

/**
 * Containers.start to the program's exit, from a running JVM inside Felix, interleaved with bwrap for the same namespaces and
 * mounts, and with the same system calls made by a C program. Run by benchmarks/run; see docs/performance.md.
 *
 * <p>Two programs are started: one linked statically, which takes next to nothing itself, and Debian's {@code true}, whose
 * libraries the dynamic linker looks for, the same for everybody.
 *
 * <p>Arguments: distribution, profile, statically linked program, floor executable, rounds.
 */
public final class StartBenchmark {
  private static final String[] TREE = {"usr", "etc", "var", "opt", "srv"};

  private final Containers containers;
  private final Path profile;
  private final Path statically;
  private final Path floor;

  private StartBenchmark(Containers containers, Path profile, Path statically, Path floor) {
    this.containers = containers;
    this.profile = profile;
    this.statically = statically;
    this.floor = floor;
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
      new StartBenchmark(containers, Path.of(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3])).run(Integer.parseInt(arguments[4]));
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  private void run(int rounds) throws Exception {
    for (String program : new String[] {"/true", "/usr/bin/true"}) {
      for (boolean network : new boolean[] {true, false}) {
        String what = (program.equals("/true") ? "static" : "dynamic") + (network ? ", all namespaces" : ", without network");
        run(what, spec(program, network), bwrap(program, network), rounds);
      }
    }
    parts(rounds);
  }

  /** What each part of the confinement costs: starts with and without it by turns. */
  private void parts(int rounds) throws Exception {
    ContainerSpec whole = spec("/true", true).withSecurity(Security.standard().withLimit(ResourceLimit.NOFILE, new Range(1000, 1000)));
    List<Weakness> parts = List.of(Weakness.KERNEL_FILES, Weakness.SYSTEM_CALLS, Weakness.KEYRING, Weakness.CORE_DUMPS, Weakness.NEW_PRIVILEGES);
    List<String> names = new ArrayList<>(List.of("the capabilities' bounding set"));
    List<ContainerSpec> without = new ArrayList<>(List.of(whole.withSecurity(whole.security().withCapabilities(Capability.all()))));
    for (Weakness part : parts) {
      names.add(part.label());
      without.add(whole.withSecurity(whole.security().weakenedBy(part)));
    }
    long[][] times = new long[without.size() + 1][rounds];
    for (int i = -100; i < rounds; i++) {
      for (int j = 0; j <= without.size(); j++) {
        ContainerSpec spec = j == 0 ? whole : without.get(j - 1);
        long time = time(() -> start(spec));
        times[j][Math.max(i, 0)] = time;
      }
    }
    for (long[] column : times) {
      Arrays.sort(column);
    }
    for (int j = 0; j < without.size(); j++) {
      System.out.printf("of that, %-31s %5.0f us%n", names.get(j), (times[0][rounds / 2] - times[j + 1][rounds / 2]) / 1000.0);
    }
  }

  private void run(String what, ContainerSpec spec, List<String> bwrap, int rounds) throws Exception {
    start(spec); // the first start is made without a template: its program is what the floor carries out
    Path image = image();
    for (int i = 0; i < 300; i++) {
      start(spec);
      if (i % 10 == 0) {
        spawn(bwrap);
      }
    }
    long[] ours = new long[rounds];
    long[] theirs = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      ours[i] = time(() -> start(spec));
      theirs[i] = time(() -> spawn(bwrap));
    }
    Arrays.sort(ours);
    Arrays.sort(theirs);
    String c = output(List.of(floor.toString(), image.toString(), Integer.toString(rounds)));
    Files.delete(image);
    double carrel = ours[rounds / 2] / 1000.0;
    double peer = theirs[rounds / 2] / 1000.0;
    System.out.printf("%-25s carrel %6.0f us   bwrap %6.0f us (%.1f times)   same calls from C %6s us (carrel: %.2f times)%n",
        what, carrel, peer, peer / carrel, c, carrel / Double.parseDouble(c));
  }

  private interface Action {
    void run() throws Exception;
  }

  private static long time(Action action) throws Exception {
    long before = System.nanoTime();
    action.run();
    return System.nanoTime() - before;
  }

  private void start(ContainerSpec spec) throws Exception {
    Container container = containers.start(spec);
    int status = container.process().waitFor();
    if (status != 0) {
      throw new IllegalStateException("the program ended with " + status);
    }
  }

  private static void spawn(List<String> command) throws Exception {
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IllegalStateException(command + " ended with " + status);
    }
  }

  private static String output(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes()).strip();
    process.waitFor();
    return output;
  }

  /** The newest program in memory. */
  private static Path image() throws Exception {
    Path copy = Files.createTempFile("carrel", ".image");
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.sorted().toList()) {
        if (Files.isSymbolicLink(descriptor) && Files.readSymbolicLink(descriptor).toString().startsWith("/memfd:carrel")) {
          Files.write(copy, Files.readAllBytes(descriptor));
        }
      }
    }
    return copy;
  }

  private ContainerSpec spec(String program, boolean network) {
    List<Mount> mounts = new ArrayList<>();
    for (String name : TREE) {
      mounts.add(new Mount.Bind(profile.resolve(name), Path.of("/", name), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    }
    for (String name : new String[] {"bin", "sbin", "lib", "lib64"}) {
      mounts.add(new Mount.Symlink(Path.of("/", name), "usr/" + name));
    }
    for (String name : new String[] {"tmp", "run", "home"}) {
      mounts.add(new Mount.Tmpfs(Path.of("/", name), 0755, "10%"));
    }
    mounts.add(new Mount.Bind(statically, Path.of("/true"), Access.EXPOSE, Mapping.Kind.FILE, false));
    Set<Namespace> namespaces = network ? Namespace.standard() : Namespace.standardBut(Namespace.NETWORK);
    long uid = Long.getLong("uid");
    long gid = Long.getLong("gid");
    return new ContainerSpec(
        new ProcessSpec(List.of(program), Map.of("PATH", "/usr/bin"), Path.of("/"), Stdio.inherit()), namespaces,
        new Identity(new IdMapping(uid, uid, 1), new IdMapping(gid, gid, 1)), Optional.of("bench"),
        new RootSpec(mounts, List.of(), false), network ? NetworkSpec.NONE : NetworkSpec.HOST, Optional.empty());
  }

  private List<String> bwrap(String program, boolean network) {
    List<String> command = new ArrayList<>(List.of("bwrap", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
        "--unshare-cgroup", "--hostname", "bench", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"));
    if (network) {
      command.add("--unshare-net");
    }
    for (String name : TREE) {
      command.addAll(List.of("--ro-bind", profile.resolve(name).toString(), "/" + name));
    }
    for (String name : new String[] {"bin", "sbin", "lib", "lib64"}) {
      command.addAll(List.of("--symlink", "usr/" + name, "/" + name));
    }
    for (String name : new String[] {"tmp", "run", "home"}) {
      command.addAll(List.of("--tmpfs", "/" + name));
    }
    command.addAll(List.of("--ro-bind", statically.toString(), "/true"));
    command.addAll(List.of("--dev", "/dev", "--tmpfs", "/dev/shm", "--mqueue", "/dev/mqueue", "--proc", "/proc"));
    if (network) {
      command.addAll(List.of("--ro-bind", "/sys", "/sys")); // bwrap mounts no sysfs: the host's is the nearest it can do
    }
    command.addAll(List.of("--chdir", "/", program));
    return command;
  }
}
