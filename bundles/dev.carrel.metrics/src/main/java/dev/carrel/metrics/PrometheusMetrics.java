package dev.carrel.metrics;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.Containers;
import dev.carrel.api.event.ContainerEvent;
import dev.carrel.api.event.ContainerListener;
import dev.carrel.api.metrics.Metrics;
import dev.carrel.api.resource.Usage;
import dev.carrel.api.store.Upkeep;
import dev.carrel.metrics.ContainerFigures.Seen;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Figures of what there is at that moment, and of what was counted since this is there. */
@Component(immediate = true) // it counts: must not be thrown away between two uses
public final class PrometheusMetrics implements Metrics, ContainerListener {
  private final Tally tally = new Tally();
  private final StoreFigures storeFigures = new StoreFigures();

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Containers containers;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Upkeep store;

  @Override
  public void happened(ContainerEvent event) {
    if (event instanceof ContainerEvent.Started) {
      tally.started(event.container());
    } else if (event instanceof ContainerEvent.Ended ended) {
      tally.ended(ended.container(), ended.status().map(status -> Integer.toString(status.shellStatus())).orElse(""));
    }
  }

  @Override
  public void look() {
    Containers present = containers;
    if (present != null) {
      tally.look(present.all().stream().map(ContainerHandle::info).toList());
    }
  }

  @Override
  public String text() {
    Figures figures = new Figures();
    new ContainerFigures(seen()).addTo(figures, tally.counts());
    Upkeep present = store;
    if (present != null) {
      storeFigures.addTo(figures, present, Instant.now());
    }
    return figures.text();
  }

  private List<Seen> seen() {
    Containers present = containers;
    List<Seen> seen = new ArrayList<>();
    if (present != null) {
      List<ContainerInfo> infos = new ArrayList<>();
      for (ContainerHandle container : present.all()) {
        ContainerInfo info = container.info();
        infos.add(info);
        seen.add(new Seen(info, usage(container)));
      }
      tally.look(infos);
    }
    return seen;
  }

  /** What is not known of one must not hide the others. */
  private static Optional<Usage> usage(ContainerHandle container) {
    try {
      return container.usage();
    } catch (CarrelException e) {
      return Optional.empty();
    }
  }
}
