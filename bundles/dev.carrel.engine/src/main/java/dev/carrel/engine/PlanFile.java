package dev.carrel.engine;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Join;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect.Descriptor;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * What a container was made of and nobody needs to know to use it, in a file beside its record: who lists containers does not read it. Together
 * they tell what was to be done. Secrets are veiled: values of variables, and what Carrel writes into files.
 */
final class PlanFile {
  private static final String FILE = "plan";
  private static final String JOIN = "join.";
  private static final String SETTING = "sysctl.";
  /** Tells where the program is found. */
  private static final String PATH = "PATH";

  private PlanFile() {}

  static void write(Path directory, ContainerSpec spec, MountPlan mounts, boolean held) throws IOException {
    Properties lines = new Properties();
    lines.setProperty("held", Boolean.toString(held));
    lines.setProperty("restarts", Integer.toString(spec.life().restart().attempts()));
    lines.setProperty("descriptors", Integer.toString(spec.process().stdio().more().size()));
    if (spec.process().stdio().terminal().isPresent()) {
      TerminalSize size = spec.process().stdio().terminal().get();
      lines.setProperty("terminal", size.rows() + " " + size.columns());
    }
    set(lines, "argument-zero", spec.process().traits().argumentZero());
    set(lines, "hostname", spec.hostname());
    set(lines, "clock-offset", spec.clockOffset());
    for (Map.Entry<String, String> setting : spec.sysctls().entrySet()) {
      lines.setProperty(SETTING + setting.getKey(), setting.getValue());
    }
    for (Join join : spec.joins()) {
      boolean process = join.source() instanceof Join.Source.OfProcess;
      lines.setProperty(JOIN + join.kind().name(), process ? Long.toString(((Join.Source.OfProcess) join.source()).pid()) : join.source().toString());
    }
    if (spec.network() instanceof NetworkSpec.Attached attached) {
      lines.setProperty("network", attached.network().orElse(""));
    }
    MountLines.write(lines, mounts);
    LineFile.write(directory.resolve(FILE), lines);
  }

  private static void set(Properties lines, String key, Optional<?> value) {
    if (value.isPresent()) {
      lines.setProperty(key, value.get().toString());
    }
  }

  /** Nothing if an older Carrel has kept nothing of it, or it is damaged or going away. */
  static Optional<LaunchPlan> read(Entry entry, Optional<GroupEntry> group) {
    try {
      Properties lines = LineFile.read(entry.directory().resolve(FILE));
      MountPlan mounts = MountLines.read(lines);
      Optional<Path> record = entry.detached() ? Optional.of(entry.directory()) : Optional.empty();
      return Optional.of(new LaunchPlan(entry.id(), spec(entry, lines, mounts), mounts, Boolean.parseBoolean(lines.getProperty("held")), record, group));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // nobody else could have written it, but a disk can be full
    }
  }

  private static ContainerSpec spec(Entry entry, Properties lines, MountPlan mounts) {
    Inside inside = entry.inside();
    List<Join> joins = joins(lines);
    Set<Namespace> own = EnumSet.noneOf(Namespace.class);
    own.addAll(inside.namespaces());
    joins.forEach(join -> own.remove(join.kind()));
    ProcessSpec process = entry.process();
    ProcessTraits traits = process.traits();
    ProcessSpec whole = new ProcessSpec(process.command(), veiled(process.environment()), process.directory(), stdio(lines),
        new ProcessTraits(Optional.ofNullable(lines.getProperty("argument-zero")), traits.umask(), traits.groups(), traits.scheduling(), traits.personality()));
    Map<String, String> settings = new HashMap<>();
    lines.stringPropertyNames().stream().filter(key -> key.startsWith(SETTING))
        .forEach(key -> settings.put(key.substring(SETTING.length()), lines.getProperty(key)));
    return new ContainerSpec(whole, own, joins, Optional.ofNullable(lines.getProperty("clock-offset")).map(Duration::parse), inside.identity(),
        Optional.ofNullable(lines.getProperty("hostname")), settings, new RootSpec(mounts.mounts(), List.of(), mounts.writableRoot(), mounts.protection()),
        network(lines, inside, own), inside.security(), life(entry, lines), entry.limits(), Optional.of(entry.backend()));
  }

  private static Map<String, String> veiled(Map<String, String> variables) {
    Map<String, String> veiled = new HashMap<>();
    variables.forEach((name, value) -> veiled.put(name, name.equals(PATH) ? value : "..."));
    return veiled;
  }

  private static Stdio stdio(Properties lines) {
    String[] size = lines.getProperty("terminal", "").split(" ");
    Stdio stdio = size.length < 2 ? Stdio.discard() : Stdio.terminal(new TerminalSize(Integer.parseInt(size[0]), Integer.parseInt(size[1])));
    List<Descriptor> more = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(lines.getProperty("descriptors")); i++) {
      more.add(new Descriptor(i));
    }
    return stdio.withMore(more);
  }

  private static List<Join> joins(Properties lines) {
    List<Join> joins = new ArrayList<>();
    for (Namespace kind : Namespace.values()) {
      String source = lines.getProperty(JOIN + kind.name());
      if (source != null) {
        joins.add(new Join(kind, source.startsWith("/") ? new Join.Source.AtPath(Path.of(source)) : new Join.Source.OfProcess(Long.parseLong(source))));
      }
    }
    return joins;
  }

  private static NetworkSpec network(Properties lines, Inside inside, Set<Namespace> own) {
    String name = lines.getProperty("network");
    if (name != null) {
      return new NetworkSpec.Attached(Optional.of(name).filter(given -> !given.isEmpty()), NetworkOptions.none());
    }
    return own.contains(Namespace.NETWORK) ? NetworkSpec.NONE : inside.namespaces().contains(Namespace.NETWORK) ? NetworkSpec.JOINED : NetworkSpec.HOST;
  }

  private static Life life(Entry entry, Properties lines) {
    Life.Restart restart = new Life.Restart(Integer.parseInt(lines.getProperty("restarts")));
    Life life = entry.detached() ? Life.detached(entry.name(), restart) : Life.attached(entry.name());
    return life.withFirst(entry.first()).withStopSignal(entry.stopSignal());
  }

  /** The same plan without the secrets that it may have. */
  static LaunchPlan veiled(LaunchPlan plan) {
    ProcessSpec process = plan.spec().process();
    List<Mount> mounts = new ArrayList<>();
    for (Mount mount : plan.mounts().mounts()) {
      mounts.add(mount instanceof Mount.GeneratedFile file ? new Mount.GeneratedFile(file.target(), MountLines.veil(file.content().size()), file.mode()) : mount);
    }
    ContainerSpec spec = plan.spec().withProcess(
        new ProcessSpec(process.command(), veiled(process.environment()), process.directory(), process.stdio(), process.traits()));
    return new LaunchPlan(plan.id(), spec, new MountPlan(mounts, plan.mounts().writableRoot(), plan.mounts().protection()), plan.held(), plan.record(), plan.group());
  }
}
