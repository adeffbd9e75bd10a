package dev.carrel.web;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import dev.carrel.api.metrics.Metrics;
import dev.carrel.api.resource.Usage;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Looks at the containers every other second, as long as pages are served. */
final class Watch implements AutoCloseable {
  private static final long SECONDS = 2;

  private final Supplier<Optional<Containers>> containers;
  private final Supplier<Optional<Metrics>> metrics;
  private final Samples samples;
  private final ScheduledThreadPoolExecutor thread;

  Watch(Supplier<Optional<Containers>> containers, Supplier<Optional<Metrics>> metrics, Samples samples) {
    this.containers = containers;
    this.metrics = metrics;
    this.samples = samples;
    this.thread = new ScheduledThreadPoolExecutor(1, work -> {
      Thread made = new Thread(work, "carrel-web-watch");
      made.setDaemon(true);
      return made;
    });
    thread.scheduleWithFixedDelay(this::look, 0, SECONDS, TimeUnit.SECONDS);
  }

  private void look() {
    try {
      containers.get().ifPresent(this::look);
      metrics.get().ifPresent(Metrics::look);
    } catch (RuntimeException e) {
      return; // what could not be seen now may be there at the next look
    }
  }

  private void look(Containers present) {
    Set<String> ids = new HashSet<>();
    for (ContainerHandle container : present.all()) {
      ContainerInfo info = container.info();
      ids.add(info.id());
      if (info.state() != State.ENDED) {
        usage(container).ifPresent(usage -> samples.add(info.id(), System.nanoTime(), usage));
      }
    }
    samples.retain(ids);
  }

  static Optional<Usage> usage(ContainerHandle container) {
    try {
      return container.usage();
    } catch (CarrelException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
