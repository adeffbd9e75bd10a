package dev.carrel.shell;

import dev.carrel.api.container.Containers;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.mount.MountPlanner;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osgi.framework.BundleContext;

/** Everything that was found, by Carrel's own bundles and on the host. */
record Diagnosis(List<Finding> findings) {
  static Diagnosis of(BundleContext context) {
    Offers offers = new Offers(context);
    List<Finding> findings = new ArrayList<>();
    services(context, offers, findings);
    backends(offers, findings);
    offers.each(Check.class, (check, ranking) -> findings.addAll(examined(check)));
    return new Diagnosis(findings);
  }

  private static void services(BundleContext context, Offers offers, List<Finding> findings) {
    Map<Class<?>, Services> needed = new LinkedHashMap<>();
    needed.put(IsolationBackend.class, Services.BACKENDS);
    needed.put(MountPlanner.class, Services.PLANNER);
    needed.put(Containers.class, Services.CONTAINERS);
    needed.put(Workplaces.class, Services.WORKPLACES);
    needed.put(Foreground.class, Services.FOREGROUND);
    needed.put(Store.class, Services.STORE);
    needed.put(PackageSource.class, Services.SOURCES);
    int before = findings.size();
    needed.forEach((type, kind) -> {
      if (!offers.has(type)) {
        // carrel run works without packages
        Level level = type == Store.class || type == PackageSource.class ? Level.LIMITED : Level.BROKEN;
        findings.add(new Finding(kind.what(), level, "no bundle offers one", kind.remedy(context)));
      }
    });
    if (findings.size() == before) {
      findings.add(Finding.ok("services", "all that commands need are there"));
    }
  }

  /** A backend that does not work is no trouble as long as another does. */
  private static void backends(Offers offers, List<Finding> findings) {
    List<BackendList.Entry> entries = BackendList.of(offers, "").backends();
    boolean usable = entries.stream().anyMatch(entry -> entry.obstacle().isEmpty());
    for (BackendList.Entry entry : entries) {
      String subject = "backend " + entry.name();
      findings.add(entry.obstacle().isEmpty()
          ? Finding.ok(subject, "version " + entry.version() + ", usable")
          : new Finding(subject, usable ? Level.LIMITED : Level.BROKEN, entry.obstacle().get(), ""));
    }
  }

  /** A check that fails is a finding, and no reason to leave out the others. */
  private static List<Finding> examined(Check check) {
    try {
      return check.examine();
    } catch (RuntimeException e) {
      if (ForCaller.variable("CARREL_DEBUG") != null) {
        e.printStackTrace();
      }
      return List.of(new Finding(check.getClass().getSimpleName(), Level.LIMITED, "this check failed: " + e,
          "tell Carrel's makers, with the output of CARREL_DEBUG=1 carrel doctor"));
    }
  }

  boolean broken() {
    return findings.stream().anyMatch(finding -> finding.level() == Level.BROKEN);
  }

  String text() {
    Table table = new Table("LEVEL", "SUBJECT", "FOUND");
    for (Finding finding : findings) {
      String level = finding.level() == Level.BROKEN ? "BROKEN" : finding.level().name().toLowerCase(Locale.ROOT);
      table.row(level, finding.subject(), finding.detail());
      if (!finding.remedy().isEmpty()) {
        table.row("", "", "-> " + finding.remedy());
      }
    }
    return table + (broken() ? "\nContainers cannot be started before what is BROKEN is put right.\n" : "\nContainers can be started.\n");
  }

  String json() {
    List<Object> all = new ArrayList<>();
    for (Finding finding : findings) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("subject", finding.subject());
      data.put("level", finding.level().name().toLowerCase(Locale.ROOT));
      data.put("detail", finding.detail());
      data.put("remedy", finding.remedy());
      all.add(data);
    }
    return Json.of(all);
  }
}
