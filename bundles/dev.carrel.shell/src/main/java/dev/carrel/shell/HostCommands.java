package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Containers;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.mount.MountPlanner;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Store;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** What this host and this Carrel can do: {@code doctor}, {@code backend}. */
@Component(
    service = HostCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=doctor", "osgi.command.function=backend"})
public final class HostCommands {
  private static final String BACKEND_HELP = """
      Usage: carrel backend list [--json]

      Lists what can isolate a container, the best first: name, version, what it can do, and why it cannot
      be used here. carrel shell --backend=NAME chooses one.
      """;
  private static final String DOCTOR_HELP = """
      Usage: carrel doctor [--json]

      Looks at what this host allows, and says what to do about what it does not. Changes nothing.
      The exit status is 0 if containers can be started, 1 if not.
      """;

  private final BundleContext context;

  @Activate
  public HostCommands(BundleContext context) {
    this.context = context;
  }

  /** Lists the backends. */
  public int backend(String... arguments) {
    return Outcome.of(() -> {
      List<String> words = new ArrayList<>(Arrays.asList(arguments));
      if (words.contains("--help") || words.contains("-h")) {
        System.out.print(BACKEND_HELP);
        return 0;
      }
      boolean json = words.remove("--json");
      if (!words.equals(List.of("list"))) {
        throw CarrelException.usage("carrel backend: say carrel backend list. See carrel backend --help");
      }
      List<IsolationBackend> backends = all(IsolationBackend.class);
      if (backends.isEmpty() && !json) {
        throw CarrelException.failed("no isolation backend available: " + Services.BACKENDS.remedy());
      }
      System.out.print(json ? Json.of(backends.stream().map(HostCommands::asData).toList()) : table(backends));
      return 0;
    });
  }

  private static String table(List<IsolationBackend> backends) {
    StringBuilder text = new StringBuilder();
    boolean chosen = false;
    for (IsolationBackend backend : backends) {
      Optional<String> unavailable = backend.unavailable();
      boolean best = !chosen && unavailable.isEmpty();
      chosen |= best;
      text.append(best ? "* " : "  ").append(backend.name()).append(' ').append(backend.version()).append("  ");
      text.append(unavailable.isPresent() ? "unavailable: " + unavailable.get() : String.join(", ", features(backend)));
      text.append('\n');
    }
    return text.append("\n* is used unless another is named\n").toString();
  }

  private static List<String> features(IsolationBackend backend) {
    return backend.features().stream().sorted().map(HostCommands::label).toList();
  }

  private static String label(Feature feature) {
    return feature.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Map<String, Object> asData(IsolationBackend backend) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", backend.name());
    data.put("version", backend.version());
    data.put("features", features(backend));
    Optional<String> unavailable = backend.unavailable();
    data.put("available", unavailable.isEmpty());
    unavailable.ifPresent(why -> data.put("unavailable", why));
    return data;
  }

  /** Examines the host. */
  public int doctor(String... arguments) {
    return Outcome.of(() -> {
      List<String> words = new ArrayList<>(Arrays.asList(arguments));
      if (words.contains("--help") || words.contains("-h")) {
        System.out.print(DOCTOR_HELP);
        return 0;
      }
      boolean json = words.remove("--json");
      if (!words.isEmpty()) {
        throw CarrelException.usage("carrel doctor: unknown word " + words.get(0) + ". See carrel doctor --help");
      }
      List<Finding> findings = new ArrayList<>(services());
      all(Check.class).forEach(check -> findings.addAll(check.examine()));
      System.out.print(json ? Json.of(findings.stream().map(HostCommands::asData).toList()) : text(findings));
      return findings.stream().anyMatch(finding -> finding.level() == Level.BROKEN) ? 1 : 0;
    });
  }

  private List<Finding> services() {
    Map<Class<?>, Services> needed = new LinkedHashMap<>();
    needed.put(IsolationBackend.class, Services.BACKENDS);
    needed.put(MountPlanner.class, Services.PLANNER);
    needed.put(Containers.class, Services.CONTAINERS);
    needed.put(Workplaces.class, Services.WORKPLACES);
    needed.put(Foreground.class, Services.FOREGROUND);
    needed.put(Store.class, Services.STORE);
    needed.put(PackageSource.class, Services.SOURCES);
    List<Finding> findings = new ArrayList<>();
    needed.forEach((type, kind) -> {
      if (all(type).isEmpty()) {
        findings.add(new Finding(kind.what(), Level.BROKEN, "no such service is there", kind.remedy()));
      }
    });
    return findings;
  }

  private static String text(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      String level = switch (finding.level()) {
        case OK -> "ok      ";
        case LIMITED -> "limited ";
        case BROKEN -> "BROKEN  ";
      };
      text.append(level).append(finding.subject()).append(": ").append(finding.detail()).append('\n');
      if (!finding.remedy().isEmpty()) {
        text.append("        -> ").append(finding.remedy()).append('\n');
      }
    }
    return text.toString();
  }

  private static Map<String, Object> asData(Finding finding) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("subject", finding.subject());
    data.put("level", finding.level().name().toLowerCase(Locale.ROOT));
    data.put("detail", finding.detail());
    data.put("remedy", finding.remedy());
    return data;
  }

  /** All services of a type, the highest ranking first. */
  private <T> List<T> all(Class<T> type) {
    try {
      List<ServiceReference<T>> references = new ArrayList<>(context.getServiceReferences(type, null));
      references.sort(Comparator.reverseOrder());
      List<T> services = new ArrayList<>(references.size());
      for (ServiceReference<T> reference : references) {
        T service = context.getService(reference);
        if (service != null) {
          services.add(service);
        }
      }
      return services;
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter has no syntax", e);
    }
  }
}
