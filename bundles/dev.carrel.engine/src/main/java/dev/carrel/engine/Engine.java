package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.Explanation;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.MountPlanner;
import dev.carrel.api.mount.MountRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Starts containers with the services there are at that moment. A start finishes on those it began with; what it started
 * goes on when they, or this, go away.
 */
@Component
public final class Engine implements Containers {
  private final Backends backends = new Backends();
  private final ConcurrentMap<String, StartedContainer> running = new ConcurrentHashMap<>();

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile MountPlanner planner;

  @Activate
  public Engine() {}

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addBackend(IsolationBackend backend, Map<String, Object> properties) {
    backends.add(backend, properties);
  }

  void removeBackend(IsolationBackend backend) {
    backends.remove(backend);
  }

  @Override
  public Container start(ContainerSpec spec) {
    IsolationBackend backend = backends.choose(spec);
    MountPlan mounts = plan(spec);
    String id = newId();
    StartedContainer container = new StartedContainer(id, spec, backend.launch(new LaunchPlan(id, spec, mounts)));
    running.put(id, container);
    container.exit().whenComplete((status, failure) -> running.remove(id, container));
    return container;
  }

  @Override
  public List<Container> list() {
    return new ArrayList<>(running.values());
  }

  @Override
  public Explanation explain(ContainerSpec spec) {
    IsolationBackend backend = backends.choose(spec);
    MountPlan mounts = plan(spec);
    return new Explanation(backend.name(), mounts, backend.explain(new LaunchPlan("plan", spec, mounts)));
  }

  private MountPlan plan(ContainerSpec spec) {
    MountPlanner present = planner;
    if (present == null) {
      throw CarrelException.failed("no mount planner available: start the bundle dev.carrel.mount, which offers one");
    }
    boolean terminal = spec.process().stdio().terminal().isPresent();
    return present.plan(new MountRequest(spec.root(), spec.namespaces(), terminal));
  }

  private String newId() {
    while (true) {
      String id = Integer.toHexString(ThreadLocalRandom.current().nextInt() | 0x1000_0000);
      if (!running.containsKey(id)) {
        return id;
      }
    }
  }
}
