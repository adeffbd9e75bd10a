package dev.carrel.it;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Containers;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.mount.MountPlanner;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.launcher.OsgiRuntime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/**
 * Starts a container whose network is removed at a moment of its start: before there is a container, or before that is attached. Prints what is said of that.
 * Argument: distribution.
 */
final class NetworkRemovals {
  private static final String NAME = "passing";

  private final BundleContext context;
  private final NetworkProvider networks;
  private final Containers containers;

  private NetworkRemovals(BundleContext context) {
    Services services = new Services(context);
    this.context = context;
    this.networks = services.named(NetworkProvider.class, NetworkProvider.NAME, "veth");
    this.containers = services.any(Containers.class);
  }

  public static void main(String[] arguments) throws Exception {
    String contracts;
    try (JarFile api = new JarFile(arguments[0] + "/bundles/dev.carrel.api.jar")) {
      contracts = api.getManifest().getMainAttributes().getValue("Export-Package");
    }
    OsgiRuntime runtime = OsgiRuntime.of(Path.of(arguments[0]), Files.createTempDirectory("carrel-it"),
        Map.of("org.osgi.framework.system.packages.extra", contracts));
    int status = 0;
    try {
      NetworkRemovals removals = new NetworkRemovals(runtime.context());
      removals.beforeTheMounts();
      removals.beforeTheAttachment();
    } catch (Throwable e) {
      e.printStackTrace();
      status = 1;
    } finally {
      runtime.stop();
      System.exit(status);
    }
  }

  /** The hosts file, which is among them, is not there any more. */
  private void beforeTheMounts() {
    MountPlanner real = new Services(context).any(MountPlanner.class);
    MountPlanner removing = request -> {
      networks.remove(NAME);
      return real.plan(request);
    };
    start(MountPlanner.class, removing, Map.of());
  }

  private void beforeTheAttachment() {
    IsolationBackend real = new Services(context).named(IsolationBackend.class, IsolationBackend.NAME, "namespace");
    Object removing = Proxy.newProxyInstance(NetworkRemovals.class.getClassLoader(), new Class<?>[] {IsolationBackend.class}, (proxy, method, words) -> {
      try {
        Object result = method.invoke(real, words);
        if (method.getName().equals("launch")) {
          networks.remove(NAME);
        }
        return method.getName().equals("name") ? "removing" : result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    });
    start(IsolationBackend.class, (IsolationBackend) removing, Map.of(IsolationBackend.NAME, "removing"));
  }

  private <S> void start(Class<S> type, S service, Map<String, Object> more) {
    int others = containers.all().size();
    networks.create(new NetworkDefinition(NAME, List.of(), false));
    Hashtable<String, Object> properties = new Hashtable<>(more);
    properties.put(Constants.SERVICE_RANKING, Integer.MAX_VALUE);
    ServiceRegistration<S> registration = context.registerService(type, service, properties);
    try {
      containers.start(NetworkStarts.spec(new NetworkSpec.Attached(Optional.of(NAME), NetworkOptions.none())));
      throw new IllegalStateException("it has started");
    } catch (CarrelException e) {
      System.out.println(e.getMessage());
    } finally {
      registration.unregister();
    }
    if (containers.all().size() > others) {
      throw new IllegalStateException("there are " + containers.all());
    }
  }
}
