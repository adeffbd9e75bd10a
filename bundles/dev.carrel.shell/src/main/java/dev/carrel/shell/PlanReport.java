package dev.carrel.shell;

import dev.carrel.api.container.Explanation;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.StorePath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What would happen, to read or to process. */
record PlanReport(Workplace workplace, Explanation explanation) {
  String text() {
    StringBuilder text = new StringBuilder(8000);
    ProcessSpec process = workplace.spec().process();
    text.append("command     ").append(String.join(" ", process.command())).append('\n');
    text.append("directory   ").append(process.directory()).append('\n');
    text.append("backend     ").append(explanation.backend()).append('\n');
    text.append("namespaces  ");
    workplace.spec().namespaces().stream().sorted().forEach(namespace -> text.append(namespace.label()).append(' '));
    text.append('\n');
    workplace.profile().ifPresent(profile -> text.append("profile     ").append(profile).append('\n'));
    workplace.notes().forEach(note -> text.append("note        ").append(note).append('\n'));
    closure(text);
    text.append("\nenvironment\n");
    new TreeMap<>(process.environment()).forEach((name, value) ->
        text.append("  ").append(name).append('=').append(value).append('\n'));
    text.append("\nmounts\n");
    for (Mount mount : explanation.mounts().mounts()) {
      text.append("  ").append(padded(kind(mount), 9)).append(padded(mount.target().toString(), 28)).append(detail(mount)).append('\n');
    }
    text.append("\nsystem calls\n");
    for (Step step : explanation.steps()) {
      text.append("  ").append(padded(step.actor(), 9)).append(step.call()).append('\n');
    }
    return text.toString();
  }

  private void closure(StringBuilder text) {
    Set<StorePath> missing = new HashSet<>(workplace.missing());
    if (workplace.resolution().isPresent()) {
      long bytes = 0;
      int downloads = 0;
      text.append("\nclosure\n");
      for (Resolved resolved : workplace.resolution().get().packages()) {
        boolean download = missing.contains(resolved.item());
        bytes += download ? resolved.size() : 0;
        downloads += download ? 1 : 0;
        text.append("  ").append(padded(resolved.name(), 32)).append(padded(resolved.version(), 28))
            .append(download ? "to download, " + Sizes.of(resolved.size()) : "in the store").append('\n');
      }
      text.append("  ").append(workplace.resolution().get().packages().size()).append(" packages, ")
          .append(downloads).append(" to download (").append(Sizes.of(bytes)).append(")\n");
    } else if (!workplace.closure().isEmpty()) {
      text.append("\nclosure\n");
      workplace.closure().forEach(item -> text.append("  ").append(item).append('\n'));
    }
  }

  private static String padded(String text, int width) {
    return text.length() >= width ? text + " " : text + " ".repeat(width - text.length());
  }

  private static String kind(Mount mount) {
    if (mount instanceof Mount.Bind bind) {
      return bind.access() == Access.EXPOSE ? "expose" : "share";
    }
    return switch (mount.getClass().getSimpleName()) {
      case "GeneratedFile" -> "file";
      case "Symlink" -> "link";
      default -> mount.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    };
  }

  private static String detail(Mount mount) {
    if (mount instanceof Mount.Bind bind) {
      return "from " + bind.source();
    } else if (mount instanceof Mount.Symlink link) {
      return "-> " + link.to();
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      return "mode " + Integer.toOctalString(tmpfs.mode()) + ", size " + tmpfs.size();
    } else if (mount instanceof Mount.GeneratedFile file) {
      return file.content().length() + " bytes";
    }
    return "";
  }

  String json() {
    Map<String, Object> plan = new LinkedHashMap<>();
    ProcessSpec process = workplace.spec().process();
    plan.put("command", process.command());
    plan.put("directory", process.directory().toString());
    plan.put("environment", new TreeMap<>(process.environment()));
    plan.put("backend", explanation.backend());
    plan.put("namespaces", workplace.spec().namespaces().stream().sorted().map(n -> n.label()).toList());
    plan.put("network", workplace.spec().network().name().toLowerCase(java.util.Locale.ROOT));
    workplace.profile().ifPresent(profile -> plan.put("profile", profile.toString()));
    plan.put("notes", workplace.notes());
    plan.put("closure", workplace.closure().stream().map(StorePath::toString).toList());
    plan.put("missing", workplace.missing().stream().map(StorePath::toString).toList());
    workplace.resolution().ifPresent(resolution -> plan.put("packages", resolution.packages().stream().map(this::asData).toList()));
    List<Object> mounts = new ArrayList<>();
    explanation.mounts().mounts().forEach(mount -> mounts.add(asData(mount)));
    plan.put("mounts", mounts);
    plan.put("steps", explanation.steps().stream().map(step -> Map.of("actor", step.actor(), "call", step.call())).toList());
    return Json.of(plan);
  }

  private Map<String, Object> asData(Resolved resolved) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", resolved.name());
    data.put("version", resolved.version());
    data.put("architecture", resolved.architecture());
    data.put("item", resolved.item().toString());
    data.put("size", resolved.size());
    data.put("sha256", resolved.sha256());
    return data;
  }

  private static Map<String, Object> asData(Mount mount) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("kind", kind(mount));
    data.put("target", mount.target().toString());
    if (mount instanceof Mount.Bind bind) {
      data.put("source", bind.source().toString());
    } else if (mount instanceof Mount.Symlink link) {
      data.put("to", link.to());
    } else if (mount instanceof Mount.GeneratedFile file) {
      data.put("content", file.content());
    }
    return data;
  }
}
