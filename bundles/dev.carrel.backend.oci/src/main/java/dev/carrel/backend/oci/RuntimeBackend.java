package dev.carrel.backend.oci;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.host.Host;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.resource.Limits;
import dev.carrel.backend.namespace.ToolBackend;
import dev.carrel.backend.namespace.ToolBackend.Bundle;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.seccomp.FilterCompiler;
import dev.carrel.linux.seccomp.FilterPolicy;
import dev.carrel.linux.seccomp.FilterPolicy.Action;
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
 * Has a runtime of the Open Container Initiative do everything by its own commands: create, start, kill, exec and delete. Nothing inside needs Linux, so
 * that the runtime may be one with a kernel of its own. Around the runtime there are the same namespaces as in {@link OciBackend}: bundle and
 * state lie in memory, and go with the first process there, however that ends.
 */
@Component(property = {IsolationBackend.NAME + "=" + RuntimeBackend.NAME, "service.ranking:Integer=10"})
public final class RuntimeBackend implements IsolationBackend {
  static final String NAME = "oci-runtime";
  private static final Set<Feature> FEATURES = Set.copyOf(EnumSet.of(Feature.ID_RANGES, Feature.DIES_WITH_PARENT, Feature.DETACHED, Feature.MOUNT_OPTIONS,
      Feature.OVERLAYS, Feature.HELD_START, Feature.LIMITS, Feature.OPEN_KERNEL_FILES, Feature.CAPABILITIES));

  /** A kernel of its own takes over interfaces only before it begins, and that of runsc does not heed maskedPaths and readonlyPaths. */
  private static final Set<Feature> FEATURES_ON_LINUX = Set.copyOf(onLinux());

  private final ToolBackend around;
  private final Host host;
  private final RuntimeChoice choice;

  @Activate
  public RuntimeBackend(BundleContext context, @Reference Launcher launcher, @Reference Host host, @Reference FilterCompiler compiler) {
    this(launcher, host, compiler, RuntimeChoice.of(context, OciRuntime.KNOWN_ALONE));
  }

  /** On these services. */
  RuntimeBackend(Launcher launcher, Host host, FilterCompiler compiler, RuntimeChoice choice) {
    this.around = new ToolBackend(launcher, host, compiler);
    this.host = host;
    this.choice = choice;
  }

  @Override
  public String name() {
    return NAME;
  }

  /** With the runtime's name. */
  @Override
  public String version() {
    return choice.version();
  }

  @Override
  public Set<Feature> features() {
    return choice.runtime().filter(OciRuntime::hasOwnKernel).isPresent() ? FEATURES : FEATURES_ON_LINUX;
  }

  private static Set<Feature> onLinux() {
    Set<Feature> features = EnumSet.copyOf(FEATURES);
    features.add(Feature.NETWORK_ATTACHMENT);
    features.add(Feature.PROTECTED_PATHS);
    return features;
  }

  @Override
  public Optional<String> unavailable() {
    if (!host.administers()) {
      return Optional.of("it is for root alone. Choose oci, which starts the same runtimes without privileges");
    }
    Optional<OciRuntime> runtime = choice.runtime();
    if (runtime.isEmpty()) {
      return Optional.of(choice.missing());
    }
    Optional<String> obstacle = runtime.get().obstacleAlone();
    return obstacle.isPresent() ? obstacle : around.unavailable();
  }

  private OciRuntime usable(String what) {
    Optional<String> obstacle = unavailable();
    if (obstacle.isPresent()) {
      throw CarrelException.failed("cannot " + what + " by the backend " + NAME + ": " + obstacle.get());
    }
    return choice.runtime().orElseThrow();
  }

  @Override
  public Running launch(LaunchPlan plan) {
    return around.launchAlone(plan, bundle(plan, usable("start a container")));
  }

  private static Bundle bundle(LaunchPlan plan, OciRuntime runtime) {
    OciBackend.check(plan, runtime, NAME);
    List<FilterPolicy> filters = ToolBackend.filters(plan.spec().security());
    refuse(plan.spec(), filters, runtime);
    List<Path> devices = RuntimeConfiguration.devices(plan);
    if (devices.isEmpty()) {
      throw CarrelException.usage("the backend " + NAME + " cannot start a container without a /dev of its own, from which its first process is executed. Choose"
          + " another with --backend");
    }
    HostFacts facts = HostFacts.now();
    return bundle(runtime, facts, plan.spec().security().has(Weakness.KEYRING),
        RuntimeConfiguration.of(plan, facts, filters, devices.get(0), runtime.hasOwnKernel()));
  }

  private static Bundle bundle(OciRuntime runtime, HostFacts facts, boolean sharesKeyring, String configuration) {
    return new Bundle(runtime.path(), runtime.optionsAlone(), runtime.createOptionsAlone(sharesKeyring), configuration, runtime.controlGroups(facts.hybrid()),
        runtime.hasOwnKernel());
  }

  /** What no feature is for, and no config.json can say. */
  private static void refuse(ContainerSpec spec, List<FilterPolicy> filters, OciRuntime runtime) {
    if (runtime.hasOwnKernel() && spec.limits().flatMap(Limits::processes).isPresent()) { // the host counts none of its processes
      throw cannot("a limit of processes with a runtime that has a kernel of its own (" + runtime.path().getFileName() + ")");
    }
    if (filters.size() > 1) {
      throw cannot("more than one filter of system calls");
    }
    if (!filters.isEmpty() && filters.get(0).rules().stream().anyMatch(rule -> rule.action().equals(Action.NOTIFY))) {
      throw cannot("a filter that tells of system calls");
    }
    if (!spec.security().rules().isEmpty()) {
      throw cannot("rules of Landlock");
    }
    if (!spec.process().traits().personality().isEmpty()) {
      throw cannot("a kernel that pretends to be another");
    }
    if (!spec.process().stdio().more().isEmpty()) {
      throw cannot("descriptors beside its standard streams");
    }
  }

  private static CarrelException cannot(String what) {
    return CarrelException.usage("the backend " + NAME + " cannot give a container " + what + ". Leave it out, or choose another backend with --backend");
  }

  @Override
  public void proceed(Running running, Inside inside, ProcessSpec program, Optional<Path> record) {
    around.proceedAlone(running, inside, program, record);
  }

  @Override
  public Optional<Running> adopt(ContainerRecord record) {
    return around.adopt(record);
  }

  /** By the runtime's command exec; what that says of a program that is not there goes to the program's standard error. */
  @Override
  public Running enter(String id, Running running, Inside inside, Optional<GroupEntry> group, ProcessSpec program) {
    if (program.stdio().terminal().isPresent()) {
      throw cannot("a terminal of its own");
    }
    if (!program.stdio().more().isEmpty()) {
      throw cannot("descriptors beside its standard streams");
    }
    HostFacts facts = HostFacts.now();
    Path runtime = ToolBackend.runtimeOf(running);
    Bundle bundle = bundle(OciRuntime.find(Optional.of(runtime.toString()), OciRuntime.KNOWN_ALONE, null).orElseThrow(
        () -> CarrelException.failed("cannot enter a container: " + runtime + ", which it was started with, is not there any more. Install it again")), facts, true, "");
    return around.enterAlone(id, running, bundle, group, Json.text(ProcessObject.of(program, inside.identity(), inside.security(), facts)), program);
  }

  @Override
  public List<Step> explain(LaunchPlan plan) {
    Bundle bundle = bundle(plan, choice.runtime().orElseGet(() -> new OciRuntime(Path.of("/usr/bin/crun"), Optional.empty())));
    List<Step> steps = new ArrayList<>(around.explainAlone(plan, bundle));
    steps.add(new Step("runtime", "reads config.json: " + bundle.configuration()));
    return steps;
  }
}
