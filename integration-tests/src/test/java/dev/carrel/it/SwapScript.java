package dev.carrel.it;

import dev.carrel.api.CarrelException;
import dev.carrel.api.configuration.Settings;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.IsolationBackend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Dictionary;
import java.util.EnumSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Stops, starts, updates, uninstalls and installs the bundles that implement Carrel, as chance has it, and changes which backend is the best and which is configured.
 * Everything a bundle has exported is wired anew after it was updated or uninstalled, as Felix's {@code refresh} does.
 */
final class SwapScript {
  private static final int MOST_DOWN = 2;
  private static final long MINUTES = 2;
  private static final int[] RANKINGS = {-10, 60, 200};
  private static final String CHOICE = "engine.backend";
  private static final String[] CHOICES = {"", "namespace", "relay", ""};

  private final BundleContext context;
  private final Random random;
  private final List<String> names = new ArrayList<>();
  /** What is stopped or gone, and where it came from. */
  private final Map<String, String> down = new LinkedHashMap<>();
  private final ServiceRegistration<IsolationBackend> relay;

  SwapScript(BundleContext context, long seed) {
    this.context = context;
    this.random = new Random(seed);
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getSymbolicName().startsWith("dev.carrel.") && !bundle.getSymbolicName().equals("dev.carrel.api")) {
        names.add(bundle.getSymbolicName());
      }
    }
    relay = context.registerService(IsolationBackend.class, relay(), ranked(RANKINGS[0]));
  }

  /** One that has Carrel's own do the work, by whichever service that is just then. */
  private IsolationBackend relay() {
    return (IsolationBackend) Proxy.newProxyInstance(IsolationBackend.class.getClassLoader(), new Class<?>[] {IsolationBackend.class},
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "name", "toString":
              return "relay";
            case "hashCode":
              return 1;
            case "equals":
              return proxy == arguments[0];
            default:
          }
          ServiceReference<IsolationBackend> own = own();
          IsolationBackend backend = own == null ? null : context.getService(own);
          if (backend == null) {
            return gone(method.getName());
          }
          try {
            return method.invoke(backend, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  private ServiceReference<IsolationBackend> own() throws InvalidSyntaxException {
    Collection<ServiceReference<IsolationBackend>> found = context.getServiceReferences(IsolationBackend.class, "(" + IsolationBackend.NAME + "=namespace)");
    return found.isEmpty() ? null : found.iterator().next();
  }

  private static Object gone(String method) {
    return switch (method) {
      case "unavailable" -> Optional.of("Carrel's own backend is not there");
      case "version" -> "-";
      case "features" -> EnumSet.allOf(Feature.class);
      default -> throw CarrelException.unavailable("no isolation backend available: start the bundle dev.carrel.backend.namespace, which offers one");
    };
  }

  private static Dictionary<String, Object> ranked(int ranking) {
    return new Hashtable<>(Map.of(IsolationBackend.NAME, "relay", Constants.SERVICE_RANKING, ranking));
  }

  /** Does the next thing; says what. */
  String next() throws Exception {
    String name = names.get(random.nextInt(names.size()));
    int what = random.nextInt(10);
    if (down.containsKey(name) || down.size() == MOST_DOWN && what < 5) {
      return bringBack(down.containsKey(name) ? name : down.keySet().iterator().next());
    }
    if (what < 3) {
      down.put(name, bundle(name).getLocation());
      bundle(name).stop();
      return "stop " + name;
    }
    if (what < 5) {
      return uninstall(name);
    }
    if (what == 9) {
      return configure();
    }
    if (what < 8) {
      Bundle bundle = bundle(name);
      bundle.update();
      refresh(bundle);
      startUp();
      return "update " + name;
    }
    int ranking = RANKINGS[random.nextInt(RANKINGS.length)];
    relay.setProperties(ranked(ranking));
    return "ranking " + ranking;
  }

  /** The choice of a backend; nothing where nobody is there who could change it. */
  private String configure() {
    ServiceReference<Settings> reference = context.getServiceReference(Settings.class);
    Settings settings = reference == null ? null : context.getService(reference);
    String choice = CHOICES[random.nextInt(CHOICES.length)];
    if (settings == null) {
      return "no settings";
    }
    try {
      if (choice.isEmpty()) {
        settings.unset(CHOICE, false);
      } else {
        settings.set(CHOICE, List.of(choice), false);
      }
    } catch (CarrelException e) {
      if (down.isEmpty() || e.kind() == CarrelException.Kind.FAILED) { // the setting is gone with its bundle
        throw e;
      }
    }
    return CHOICE + " " + choice;
  }

  private String uninstall(String name) throws Exception {
    Bundle bundle = bundle(name);
    down.put(name, bundle.getLocation());
    bundle.uninstall();
    refresh(bundle);
    startUp();
    return "uninstall " + name;
  }

  private String bringBack(String name) throws BundleException {
    context.installBundle(down.remove(name)); // one that is there is not installed twice
    startUp();
    return "start " + name;
  }

  /** Everything is there again, and nothing that was not. */
  void end() throws BundleException {
    for (String name : List.copyOf(down.keySet())) {
      bringBack(name);
    }
    context.getService(context.getServiceReference(Settings.class)).unset(CHOICE, false);
    relay.unregister();
  }

  /** All that are to run: some may have to wait until another is there that they need. */
  private void startUp() {
    for (String name : names) {
      if (!down.containsKey(name) && bundle(name).getState() != Bundle.ACTIVE) {
        try {
          bundle(name).start(Bundle.START_ACTIVATION_POLICY);
        } catch (BundleException e) {
          if (down.isEmpty()) {
            throw new AssertionError("cannot start " + name, e);
          }
        }
      }
    }
  }

  private Bundle bundle(String name) {
    return Arrays.stream(context.getBundles()).filter(bundle -> bundle.getSymbolicName().equals(name)).findAny()
        .orElseThrow(() -> new AssertionError(name + " is not installed"));
  }

  private void refresh(Bundle bundle) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    FrameworkListener listener = event -> done.countDown();
    context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), listener);
    if (!done.await(MINUTES, TimeUnit.MINUTES)) {
      throw new AssertionError("the framework did not wire bundles anew within " + MINUTES + " minutes");
    }
  }
}
