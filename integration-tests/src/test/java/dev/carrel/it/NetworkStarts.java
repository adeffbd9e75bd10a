package dev.carrel.it;

import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.launcher.OsgiRuntime;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarFile;

/**
 * Starts many containers on the private network at once, in one JVM; says so if two have the same address or port at the same time.
 * Arguments: distribution, how many, how many of them at once.
 */
final class NetworkStarts {
  private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

  private NetworkStarts() {}

  public static void main(String[] arguments) throws Exception {
    String contracts;
    try (JarFile api = new JarFile(arguments[0] + "/bundles/dev.carrel.api.jar")) {
      contracts = api.getManifest().getMainAttributes().getValue("Export-Package");
    }
    OsgiRuntime runtime = OsgiRuntime.of(Path.of(arguments[0]), Files.createTempDirectory("carrel-it"),
        Map.of("org.osgi.framework.system.packages.extra", contracts));
    int status = 0;
    try {
      Containers containers = runtime.context().getService(runtime.context().getServiceReference(Containers.class));
      ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(arguments[2]));
      List<Future<?>> starts = new ArrayList<>();
      for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
        ContainerSpec spec = spec(i);
        starts.add(threads.submit(() -> start(containers, spec)));
      }
      for (Future<?> start : starts) {
        start.get();
      }
      System.out.println("all started");
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  private static Void start(Containers containers, ContainerSpec spec) throws Exception {
    Container container = containers.start(spec);
    List<Object> own = new ArrayList<>();
    for (InetAddress address : container.info().network().orElseThrow().addresses()) {
      own.add(address);
    }
    container.info().network().orElseThrow().published().forEach(port -> own.add(port.host()));
    for (Object one : own) {
      if (!HELD.add(one)) {
        throw new IllegalStateException("two containers have " + one);
      }
    }
    Thread.sleep(50);
    HELD.removeAll(own); // before it ends: afterwards they may be another's at once
    if (container.process().waitFor() != 0) {
      throw new IllegalStateException("the program has failed");
    }
    return null;
  }

  /** Every fourth has a name and a port. */
  private static ContainerSpec spec(int number) {
    boolean rich = number % 4 == 0;
    List<PublishedPort> ports = rich ? List.of(new PublishedPort(Optional.empty(), 0, 80, PortProtocol.TCP)) : List.of();
    NetworkOptions options = new NetworkOptions(ports, List.of(), Optional.empty(), OptionalInt.empty(), List.of(), OptionalLong.empty(), Optional.empty());
    ContainerSpec spec = spec(new NetworkSpec.Attached(Optional.empty(), options));
    return rich ? spec.withLife(Life.attached(Optional.of("name" + number))) : spec;
  }

  /** One that ends by itself. */
  static ContainerSpec spec(NetworkSpec.Attached network) {
    List<Mount> mounts = new ArrayList<>();
    mounts.add(new Mount.Bind(Path.of("/usr"), Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    for (String name : new String[] {"bin", "sbin", "lib", "lib64"}) {
      mounts.add(new Mount.Symlink(Path.of("/", name), "usr/" + name));
    }
    return new ContainerSpec(new ProcessSpec(List.of("/usr/bin/sleep", "0.5"), Map.of(), Path.of("/"), Stdio.inherit()), Namespace.standard(),
        new Identity(new IdMapping(0, 0, 1), new IdMapping(0, 0, 1)), Optional.empty(), new RootSpec(mounts, List.of(), false),
        network, Optional.empty());
  }
}
