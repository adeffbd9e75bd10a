package dev.carrel.shell;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Explanation;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountFlag;
import dev.carrel.api.mount.Propagation;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What would happen, to read. */
record PlanReport(Workplace workplace, Explanation explanation) {
  private static final int LABEL = 12;

  String text() {
    StringBuilder text = new StringBuilder(8000);
    ContainerSpec spec = workplace.spec();
    ProcessSpec process = spec.process();
    line(text, "command", words(process));
    line(text, "directory", process.directory().toString());
    line(text, "user", spec.identity().user().inside() + ":" + spec.identity().group().inside() + " inside, "
        + spec.identity().user().outside() + ":" + spec.identity().group().outside() + " on the host");
    if (spec.identity().ranged()) {
      line(text, "users", mappings(spec.identity().users()));
      line(text, "groups", mappings(spec.identity().groups()));
    }
    spec.hostname().ifPresent(name -> line(text, "host name", name));
    line(text, "backend", explanation.backend());
    line(text, "namespaces", namespaces(spec));
    line(text, "network", network(spec.network()));
    line(text, "root", explanation.mounts().writableRoot() ? "writable" : "read-only");
    spec.limits().ifPresent(limits -> line(text, "limits", LimitReport.words(limits)));
    workplace.profile().ifPresent(profile -> line(text, "profile", profile.toString()));
    for (Life.Pin pin : spec.life().pins()) {
      line(text, "pinned", pin.item() + " by a link in " + pin.directory());
    }
    for (String note : workplace.notes()) {
      line(text, "note", note);
    }
    closure(text);
    environment(text, process.environment());
    mounts(text);
    steps(text);
    return text.toString();
  }

  private static void line(StringBuilder text, String label, String value) {
    text.append(padded(label, LABEL)).append(Printable.line(value)).append('\n');
  }

  private static String network(NetworkSpec network) {
    if (network instanceof NetworkSpec.Attached attached) {
      return attached.network().isPresent() ? "the network " + attached.network().get() : "a private one";
    }
    return network == NetworkSpec.HOST ? "the host's" : network == NetworkSpec.JOINED ? "another process's" : "loopback only";
  }

  private static String mappings(List<IdMapping> mappings) {
    StringBuilder text = new StringBuilder();
    for (IdMapping mapping : mappings) {
      text.append(text.length() == 0 ? "" : ", ").append(mapping.count()).append(" from ").append(mapping.inside()).append(" on are ")
          .append(mapping.outside()).append(" on the host");
    }
    return text.toString();
  }

  private static String words(ProcessSpec process) {
    StringBuilder words = new StringBuilder();
    for (String word : process.command()) {
      words.append(words.length() == 0 ? "" : " ").append(Printable.word(word));
    }
    return words.toString();
  }

  private static String namespaces(ContainerSpec spec) {
    StringBuilder names = new StringBuilder();
    for (Namespace namespace : new TreeSet<>(spec.namespaces())) {
      names.append(names.length() == 0 ? "" : " ").append(namespace.label());
    }
    return names.toString();
  }

  private void closure(StringBuilder text) {
    if (workplace.resolution().isPresent()) {
      packages(text, workplace.resolution().get());
    } else if (!workplace.closure().isEmpty()) {
      text.append("\nclosure\n");
      for (StorePath item : workplace.closure()) {
        text.append("  ").append(item).append('\n');
      }
    }
  }

  private void packages(StringBuilder text, Resolution resolution) {
    Set<StorePath> missing = new HashSet<>(workplace.missing());
    long bytes = 0;
    int downloads = 0;
    text.append("\nclosure, found by ").append(Printable.line(resolution.source())).append('\n');
    for (Resolved resolved : resolution.packages()) {
      boolean download = missing.contains(resolved.item());
      bytes += download ? resolved.size() : 0;
      downloads += download ? 1 : 0;
      text.append("  ").append(padded(Printable.line(resolved.name()), 32)).append(padded(Printable.line(resolved.version()), 28))
          .append(padded(Sizes.of(resolved.size()), 10)).append(download ? "to download" : "in the store").append('\n');
    }
    text.append("  ").append(resolution.packages().size()).append(resolution.packages().size() == 1 ? " package, " : " packages, ");
    text.append(downloads == 0 ? "nothing to download\n" : downloads + " to download: " + Sizes.of(bytes) + "\n");
  }

  private static void environment(StringBuilder text, Map<String, String> variables) {
    text.append("\nenvironment\n");
    for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
      text.append("  ").append(Printable.line(variable.getKey())).append('=').append(Printable.line(variable.getValue())).append('\n');
    }
  }

  private void mounts(StringBuilder text) {
    text.append("\nmounts\n");
    for (Mount mount : explanation.mounts().mounts()) {
      String detail = detail(mount);
      String target = Printable.line(mount.target().toString());
      text.append("  ").append(padded(kind(mount), 11)).append(detail.isEmpty() ? target : padded(target, 28)).append(detail).append('\n');
    }
    protection(text, "read-only", explanation.mounts().protection().readOnly());
    protection(text, "covered", explanation.mounts().protection().masked());
  }

  private static void protection(StringBuilder text, String deed, List<Path> paths) {
    for (Path path : paths) {
      text.append("  ").append(padded(deed, 11)).append(Printable.line(path.toString())).append('\n');
    }
  }

  private void steps(StringBuilder text) {
    text.append("\nsystem calls\n");
    for (Step step : explanation.steps()) {
      text.append("  ").append(padded(Printable.line(step.actor()), 9)).append(Printable.line(step.call())).append('\n');
    }
  }

  private static String padded(String text, int width) {
    return text.length() >= width ? text + " " : text + " ".repeat(width - text.length());
  }

  /** What a mount is called, in the text and in JSON. */
  static String kind(Mount mount) {
    if (mount instanceof Mount.Bind bind) {
      return bind.access() == Access.EXPOSE ? "expose" : "share";
    } else if (mount instanceof Mount.Tmpfs) {
      return "tmpfs";
    } else if (mount instanceof Mount.Overlay) {
      return "overlay";
    } else if (mount instanceof Mount.Directory) {
      return "directory";
    } else if (mount instanceof Mount.Symlink) {
      return "link";
    } else if (mount instanceof Mount.GeneratedFile) {
      return "file";
    } else if (mount instanceof Mount.Proc) {
      return "proc";
    } else if (mount instanceof Mount.Sys) {
      return "sys";
    } else if (mount instanceof Mount.ControlGroups) {
      return "cgroup";
    }
    return "dev";
  }

  /** The words of a command line for how a tree is mounted. */
  static List<String> options(Mount.Bind bind) {
    List<String> words = new ArrayList<>(2);
    for (MountFlag flag : new TreeSet<>(bind.options().flags())) {
      words.add(flag.label());
    }
    if (bind.options().accessTimes().isPresent()) {
      words.add(bind.options().accessTimes().get().label());
    }
    if (bind.options().propagation() != Propagation.PRIVATE) {
      words.add("propagation=" + bind.options().propagation().label());
    }
    return words;
  }

  static String mode(Mount.Tmpfs tmpfs) {
    return tmpfs.mode().isPresent() ? Integer.toOctalString(tmpfs.mode().getAsInt()) : "of the directory there";
  }

  private static String detail(Mount mount) {
    if (mount instanceof Mount.Bind bind) {
      return "from " + Printable.line(bind.source().toString()) + (bind.devices() ? ", with devices" : "")
          + (bind.identity().isPresent() ? ", as it was opened" : "")
          + (options(bind).isEmpty() ? "" : ", " + String.join(", ", options(bind)));
    } else if (mount instanceof Mount.Overlay overlay) {
      String changes = overlay.changes().isPresent() ? Printable.line(overlay.changes().get().toString()) : "memory, at most " + overlay.size();
      return "of " + Printable.line(overlay.lower().toString()) + (overlay.writable() ? ", changes go to " + changes : ", read-only");
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      return "mode " + mode(tmpfs) + ", at most " + tmpfs.size() + " in " + tmpfs.inodes() + " files";
    } else if (mount instanceof Mount.Directory directory) {
      return "mode " + Integer.toOctalString(directory.mode());
    } else if (mount instanceof Mount.Symlink link) {
      return "-> " + Printable.line(link.to());
    } else if (mount instanceof Mount.GeneratedFile file) {
      return "mode " + Integer.toOctalString(file.mode()) + ", " + file.content().size() + " bytes";
    } else if (mount instanceof Mount.Dev dev) {
      return dev.console() ? "with console" : "";
    }
    return "";
  }
}
