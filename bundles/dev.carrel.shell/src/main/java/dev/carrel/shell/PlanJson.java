package dev.carrel.shell;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What would happen, to process: the same as in the text and all of it; a key without a value is left out. */
final class PlanJson {
  private PlanJson() {}

  static String of(PlanReport report) {
    Workplace workplace = report.workplace();
    ContainerSpec spec = workplace.spec();
    ProcessSpec process = spec.process();
    Map<String, Object> plan = new LinkedHashMap<>();
    plan.put("command", process.command());
    plan.put("directory", process.directory().toString());
    plan.put("environment", new TreeMap<>(process.environment()));
    plan.put("user", id(spec.identity().user()));
    plan.put("group", id(spec.identity().group()));
    plan.put("users", ids(spec.identity().users()));
    plan.put("groups", ids(spec.identity().groups()));
    spec.hostname().ifPresent(name -> plan.put("hostname", name));
    plan.put("backend", report.explanation().backend());
    plan.put("namespaces", namespaces(spec));
    plan.put("network", spec.network().toString().toLowerCase(Locale.ROOT));
    plan.put("writableRoot", report.explanation().mounts().writableRoot());
    spec.limits().ifPresent(limits -> plan.put("limits", LimitReport.data(limits)));
    workplace.profile().ifPresent(profile -> plan.put("profile", profile.toString()));
    plan.put("pinned", pinned(spec.life().pins()));
    plan.put("notes", workplace.notes());
    plan.put("closure", names(workplace.closure()));
    plan.put("missing", names(workplace.missing()));
    workplace.resolution().ifPresent(resolution -> {
      plan.put("source", resolution.source());
      plan.put("packages", packages(resolution.packages(), new HashSet<>(workplace.missing())));
    });
    plan.put("mounts", mounts(report.explanation().mounts().mounts()));
    plan.put("masked", paths(report.explanation().mounts().protection().masked()));
    plan.put("readOnly", paths(report.explanation().mounts().protection().readOnly()));
    plan.put("steps", steps(report.explanation().steps()));
    return Json.of(plan);
  }

  private static Map<String, Object> id(IdMapping mapping) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("inside", mapping.inside());
    data.put("outside", mapping.outside());
    return data;
  }

  private static List<Object> ids(List<IdMapping> mappings) {
    List<Object> list = new ArrayList<>(mappings.size());
    for (IdMapping mapping : mappings) {
      Map<String, Object> data = id(mapping);
      data.put("count", mapping.count());
      list.add(data);
    }
    return list;
  }

  private static List<String> namespaces(ContainerSpec spec) {
    List<String> labels = new ArrayList<>();
    for (Namespace namespace : new TreeSet<>(spec.namespaces())) {
      labels.add(namespace.label());
    }
    return labels;
  }

  private static List<Object> pinned(List<Life.Pin> pins) {
    List<Object> list = new ArrayList<>(pins.size());
    for (Life.Pin pin : pins) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("item", pin.item().toString());
      data.put("directory", pin.directory().toString());
      list.add(data);
    }
    return list;
  }

  private static List<String> names(List<StorePath> items) {
    List<String> names = new ArrayList<>(items.size());
    for (StorePath item : items) {
      names.add(item.fileName());
    }
    return names;
  }

  private static List<Object> packages(List<Resolved> packages, Set<StorePath> missing) {
    List<Object> all = new ArrayList<>(packages.size());
    for (Resolved resolved : packages) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("name", resolved.name());
      data.put("version", resolved.version());
      data.put("architecture", resolved.architecture());
      data.put("item", resolved.item().fileName());
      data.put("size", resolved.size());
      data.put("sha256", resolved.sha256());
      data.put("location", resolved.location());
      data.put("download", missing.contains(resolved.item()));
      all.add(data);
    }
    return all;
  }

  private static List<String> paths(List<Path> paths) {
    return paths.stream().map(Path::toString).toList();
  }

  private static List<Object> mounts(List<Mount> mounts) {
    List<Object> all = new ArrayList<>(mounts.size());
    for (Mount mount : mounts) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("kind", PlanReport.kind(mount));
      data.put("target", mount.target().toString());
      detail(mount, data);
      all.add(data);
    }
    return all;
  }

  private static void detail(Mount mount, Map<String, Object> data) {
    if (mount instanceof Mount.Bind bind) {
      data.put("source", bind.source().toString());
      data.put("directory", bind.kind() == Mapping.Kind.DIRECTORY);
      data.put("devices", bind.devices());
      if (!PlanReport.options(bind).isEmpty()) {
        data.put("options", PlanReport.options(bind));
      }
    } else if (mount instanceof Mount.Overlay overlay) {
      data.put("lower", overlay.lower().stream().map(Path::toString).toList());
      overlay.changes().ifPresent(directory -> data.put("changes", directory.toString()));
      data.put("writable", overlay.writable());
      data.put("size", overlay.size());
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      data.put("mode", PlanReport.mode(tmpfs));
      data.put("size", tmpfs.size());
      data.put("inodes", tmpfs.inodes());
    } else if (mount instanceof Mount.Directory directory) {
      data.put("mode", Integer.toOctalString(directory.mode()));
    } else if (mount instanceof Mount.Symlink link) {
      data.put("to", link.to());
    } else if (mount instanceof Mount.GeneratedFile file) {
      data.put("mode", Integer.toOctalString(file.mode()));
      data.put("content", file.content().toString());
    } else if (mount instanceof Mount.Dev dev) {
      data.put("console", dev.console());
    }
  }

  private static List<Object> steps(List<Step> steps) {
    List<Object> all = new ArrayList<>(steps.size());
    for (Step step : steps) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("actor", step.actor());
      data.put("call", step.call());
      all.add(data);
    }
    return all;
  }
}
