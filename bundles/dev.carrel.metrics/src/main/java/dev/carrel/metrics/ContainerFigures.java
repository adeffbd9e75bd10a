package dev.carrel.metrics;

import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.Usage;
import dev.carrel.metrics.Figures.Point;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Figures of containers. */
final class ContainerFigures {
  private static final double NANOSECONDS = 1e9;

  /** A container, and what it uses if that is counted. */
  record Seen(ContainerInfo info, Optional<Usage> usage) {}

  private final List<Seen> containers;

  ContainerFigures(List<Seen> containers) {
    this.containers = containers;
  }

  void addTo(Figures figures, Tally.Counts counts) {
    List<Point> states = new ArrayList<>();
    for (State state : State.values()) {
      long number = containers.stream().filter(seen -> seen.info().state() == state).count();
      states.add(new Point(Labels.of("state", state.name().toLowerCase(Locale.ROOT)), number));
    }
    figures.gauge("carrel_containers", "Containers of this user, by state.", states);
    figures.counter("carrel_container_starts", "Containers that have started since this is counted.", counts.starts());
    List<Point> ends = new ArrayList<>();
    counts.ends().forEach((status, number) -> ends.add(new Point(Labels.of("status", status), number)));
    figures.counter("carrel_container_ends", "Containers that have ended since this is counted, by exit status.", ends);
    figures.counter("carrel_container_out_of_memory_kills", "Processes in containers that were killed as there was no memory for them, since this is counted.",
        counts.kills());
    usage(figures);
  }

  private void usage(Figures figures) {
    figures.counter("carrel_container_cpu_seconds", "Processor time that a container has used.", times(Usage::cpu));
    figures.counter("carrel_container_throttled_seconds", "For how long a container had to wait as its processor time was used up.", times(Usage::throttled));
    figures.gauge("carrel_container_memory_bytes", "Memory that a container has.", numbers(Usage::memory));
    figures.gauge("carrel_container_memory_peak_bytes", "The most memory that a container has had.", numbers(Usage::memoryPeak));
    figures.gauge("carrel_container_memory_limit_bytes", "Memory that a container may have.", limits(Limits::memory));
    figures.gauge("carrel_container_swap_bytes", "Memory of a container that is in swap.", numbers(Usage::swap));
    figures.gauge("carrel_container_pids", "Processes and threads in a container.", numbers(Usage::processes));
    figures.gauge("carrel_container_pids_limit", "Processes and threads that a container may have.", limits(Limits::processes));
    figures.counter("carrel_container_read_bytes", "What a container has read from devices.", numbers(Usage::read));
    figures.counter("carrel_container_written_bytes", "What a container has written to devices.", numbers(Usage::written));
  }

  private List<Point> numbers(Function<Usage, OptionalLong> number) {
    return points(seen -> seen.usage().map(number).filter(OptionalLong::isPresent).map(value -> (double) value.getAsLong()));
  }

  private List<Point> times(Function<Usage, Optional<Duration>> time) {
    return points(seen -> seen.usage().flatMap(time).map(value -> value.toNanos() / NANOSECONDS));
  }

  private List<Point> limits(Function<Limits, Optional<Bound>> limit) {
    return points(seen -> seen.info().limits().flatMap(limit).filter(bound -> !bound.isUnlimited()).map(bound -> (double) bound.value()));
  }

  /** Of those that have not ended. */
  private List<Point> points(Function<Seen, Optional<Double>> value) {
    List<Point> points = new ArrayList<>();
    for (Seen seen : containers) {
      if (seen.info().state() != State.ENDED) {
        value.apply(seen).ifPresent(number -> points.add(
            new Point(Labels.of("id", seen.info().id(), "name", seen.info().name().orElse("")), number)));
      }
    }
    return points;
  }
}
