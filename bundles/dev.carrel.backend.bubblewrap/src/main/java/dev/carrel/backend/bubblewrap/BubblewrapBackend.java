package dev.carrel.backend.bubblewrap;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.host.Host;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.Mount;
import dev.carrel.backend.namespace.ToolBackend;
import dev.carrel.backend.namespace.ToolBackend.Command;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.seccomp.FilterCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Has bwrap(1) make the namespaces and mounts. What it executes in them is Carrel's own first process, so that everything from there on, from
 * the terminal to the filters of system calls, is as in a container of Carrel's own backend.
 */
@Component(property = {IsolationBackend.NAME + "=bubblewrap", "service.ranking:Integer=50"})
public final class BubblewrapBackend implements IsolationBackend {
  private static final Path PROC = Path.of("/proc");
  private static final String MISSING = "there is no bwrap in the PATH. Install it: apt install bubblewrap";
  private static final Set<Feature> FEATURES = Set.copyOf(EnumSet.of(Feature.TERMINAL, Feature.UNPRIVILEGED, Feature.HOST_NETWORK, Feature.HELD_START,
      Feature.LIMITS, Feature.DIES_WITH_PARENT, Feature.DETACHED, Feature.CAPABILITIES));

  /** Root attaches by the network namespace alone; who has no privileges needs the user namespace that owns it, which bwrap has left. */
  private static final Set<Feature> FEATURES_OF_ROOT = Set.copyOf(withAttachment());

  private final ToolBackend inside;
  private final Host host;
  private final String path;
  /** Found when it is first wanted. */
  private Bwrap found;

  @Activate
  public BubblewrapBackend(@Reference Launcher launcher, @Reference Host host, @Reference FilterCompiler compiler) {
    this(launcher, host, compiler, System.getenv("PATH"));
  }

  /** @param path where bwrap is looked for; null: in the usual places */
  BubblewrapBackend(Launcher launcher, Host host, FilterCompiler compiler, String path) {
    this.inside = new ToolBackend(launcher, host, compiler);
    this.host = host;
    this.path = path;
  }

  @Override
  public String name() {
    return "bubblewrap";
  }

  @Override
  public String version() {
    return bwrap().flatMap(Bwrap::version).orElse("-");
  }

  @Override
  public Set<Feature> features() {
    return host.administers() ? FEATURES_OF_ROOT : FEATURES;
  }

  private static Set<Feature> withAttachment() {
    Set<Feature> features = EnumSet.copyOf(FEATURES);
    features.add(Feature.NETWORK_ATTACHMENT);
    return features;
  }

  @Override
  public Optional<String> unavailable() {
    Optional<Bwrap> bwrap = bwrap();
    if (bwrap.isEmpty()) {
      return Optional.of(MISSING);
    }
    Optional<String> obstacle = bwrap.get().obstacle();
    return obstacle.isPresent() ? obstacle : inside.unavailable();
  }

  /** It is looked for again as long as it is missing. */
  private synchronized Optional<Bwrap> bwrap() {
    if (found == null) {
      found = Bwrap.find(path).orElse(null);
    }
    return Optional.ofNullable(found);
  }

  @Override
  public Running launch(LaunchPlan plan) {
    Path program = usable();
    return inside.launch(plan, program, command(plan));
  }

  private Path usable() {
    Optional<String> obstacle = unavailable();
    if (obstacle.isPresent()) {
      throw CarrelException.failed("cannot start a container by the backend bubblewrap: " + obstacle.get());
    }
    return bwrap().orElseThrow().path();
  }

  private static Command command(LaunchPlan plan) {
    boolean proc = false;
    HostTrees trees = new HostTrees();
    for (Mount mount : plan.mounts().mounts()) {
      trees.check(mount);
      proc |= mount instanceof Mount.Proc && mount.target().equals(PROC);
    }
    if (!proc) {
      throw CarrelException.usage("the backend bubblewrap cannot start a container without a /proc of its own, from which its first process is"
          + " executed. Choose another with --backend");
    }
    return Arguments.of(plan, memory(), Files::exists);
  }

  /** Of the host; see proc_meminfo(5). */
  private static long memory() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemTotal:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot find out how much memory there is: " + e.getMessage(), e);
    }
    throw CarrelException.failed("cannot find out how much memory there is: /proc/meminfo does not say");
  }

  @Override
  public void proceed(Running running, Inside where, ProcessSpec program, Optional<Path> record) {
    inside.proceed(running, where, program, record);
  }

  @Override
  public Optional<Running> adopt(ContainerRecord record) {
    return inside.adopt(record);
  }

  @Override
  public Running enter(String id, Running running, Inside where, Optional<GroupEntry> group, ProcessSpec program) {
    return inside.enter(id, running, where, group, program);
  }

  @Override
  public List<Step> explain(LaunchPlan plan) {
    return inside.explain(plan, bwrap().map(Bwrap::path).orElse(Path.of("/usr/bin/bwrap")), command(plan));
  }
}
