package dev.carrel.backend.oci;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.IdMapping;
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
import dev.carrel.api.mount.Propagation;
import dev.carrel.backend.namespace.ToolBackend;
import dev.carrel.backend.namespace.ToolBackend.Bundle;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.seccomp.FilterCompiler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Has a runtime of the Open Container Initiative make the container, from a bundle that exists only in memory, and only for this start. What it
 * executes is Carrel's own first process, so that everything from there on, from the terminal to the filters of system calls, is as in a
 * container of Carrel's own backend.
 */
@Component(property = {IsolationBackend.NAME + "=oci", "service.ranking:Integer=40"})
public final class OciBackend implements IsolationBackend {
  private static final Path PROC = Path.of("/proc");
  private static final Set<Feature> FEATURES = Set.copyOf(EnumSet.of(Feature.TERMINAL, Feature.UNPRIVILEGED, Feature.HOST_NETWORK, Feature.HELD_START,
      Feature.LIMITS, Feature.LOCKED_MOUNTS, Feature.DIES_WITH_PARENT, Feature.DETACHED, Feature.MOUNT_OPTIONS, Feature.OVERLAYS,
      Feature.PROTECTED_PATHS, Feature.OPEN_KERNEL_FILES, Feature.CAPABILITIES));

  /**
   * Root attaches by the network namespace alone; who has no privileges needs the user namespace that owns it, which the first process has left.
   * And root maps ids by itself.
   */
  private static final Set<Feature> FEATURES_OF_ROOT = Set.copyOf(withMore());

  private final ToolBackend inside;
  private final Host host;
  private final RuntimeChoice choice;

  @Activate
  public OciBackend(BundleContext context, @Reference Launcher launcher, @Reference Host host, @Reference FilterCompiler compiler) {
    this(launcher, host, compiler, RuntimeChoice.of(context, OciRuntime.KNOWN));
  }

  /** On these services. */
  OciBackend(Launcher launcher, Host host, FilterCompiler compiler, RuntimeChoice choice) {
    this.inside = new ToolBackend(launcher, host, compiler);
    this.host = host;
    this.choice = choice;
  }

  private static Set<Feature> withMore() {
    Set<Feature> features = EnumSet.copyOf(FEATURES);
    features.addAll(List.of(Feature.NETWORK_ATTACHMENT, Feature.ID_RANGES));
    return features;
  }

  @Override
  public String name() {
    return "oci";
  }

  /** With the runtime's name. */
  @Override
  public String version() {
    return choice.version();
  }

  @Override
  public Set<Feature> features() {
    return host.administers() ? FEATURES_OF_ROOT : FEATURES;
  }

  @Override
  public Optional<String> unavailable() {
    Optional<OciRuntime> runtime = choice.runtime();
    if (runtime.isEmpty()) {
      return Optional.of(choice.missing());
    }
    Optional<String> obstacle = runtime.get().obstacle();
    return obstacle.isPresent() ? obstacle : inside.unavailable();
  }

  @Override
  public Running launch(LaunchPlan plan) {
    Optional<String> obstacle = unavailable();
    if (obstacle.isPresent()) {
      throw CarrelException.failed("cannot start a container by the backend oci: " + obstacle.get());
    }
    return inside.launch(plan, bundle(plan, choice.runtime().orElseThrow()));
  }

  private static Bundle bundle(LaunchPlan plan, OciRuntime runtime) {
    check(plan, runtime, "oci");
    HostFacts facts = HostFacts.now();
    return new Bundle(runtime.path(), runtime.options(), runtime.createOptions(), Configuration.of(plan, facts), runtime.controlGroups(facts.hybrid()), false);
  }

  /**
   * Whether a runtime can make it.
   *
   * @throws CarrelException if not, in the name of a backend
   */
  static void check(LaunchPlan plan, OciRuntime runtime, String backend) {
    boolean proc = false;
    for (Mount mount : plan.mounts().mounts()) {
      proc |= mount instanceof Mount.Proc && mount.target().equals(PROC);
      if (mount instanceof Mount.Bind bind && bind.options().propagation() == Propagation.SLAVE && !runtime.keepsPropagation()) {
        throw CarrelException.usage("cannot mount " + bind.source() + " with propagation=slave: " + runtime.path() + " makes all mounts private. Name runc"
            + " with " + RuntimeChoice.VARIABLE + ", or choose another backend with --backend");
      }
    }
    if (!proc) {
      throw CarrelException.usage("the backend " + backend + " cannot start a container without a /proc of its own, from which its first process is"
          + " executed. Choose another with --backend");
    }
    if (plan.spec().identity().ranged() && !(hasRoot(plan.spec().identity().users()) && hasRoot(plan.spec().identity().groups()))) {
      throw CarrelException.usage("the backend " + backend + " cannot start a container whose ids do not have 0 among them, as which its runtime prepares it."
          + " Choose other ids, or another backend with --backend");
    }
  }

  private static boolean hasRoot(List<IdMapping> ids) {
    return ids.stream().anyMatch(id -> id.inside() == 0);
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

  /** And how the same container is made by hand, as far as that goes. */
  @Override
  public List<Step> explain(LaunchPlan plan) {
    Bundle bundle = bundle(plan, choice.runtime().orElseGet(() -> new OciRuntime(Path.of("/usr/bin/crun"), Optional.empty())));
    List<Step> steps = new ArrayList<>(inside.explain(plan, bundle));
    steps.add(new Step("runtime", "reads config.json: " + bundle.configuration()));
    steps.addAll(PortableBundle.steps(plan, HostFacts.now(), ToolBackend.filters(plan.spec().security())));
    return steps;
  }
}
