package dev.carrel.web;

import dev.carrel.api.resource.Usage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What containers have used over the last minutes. */
final class Samples {
  /** Ten minutes of every other second. */
  private static final int KEPT = 300;
  private static final double PERCENT = 100.0;

  private final Map<String, Deque<Sample>> all = new HashMap<>();

  /**
   * One moment; what was not counted is empty.
   *
   * @param time of a clock that only goes on, in nanoseconds
   * @param share of one processor, in percent, since the moment before
   */
  record Sample(long time, Optional<Duration> cpu, Optional<Double> share, OptionalLong memory, OptionalLong processes) {}

  synchronized void add(String id, long time, Usage usage) {
    Deque<Sample> samples = all.computeIfAbsent(id, key -> new ArrayDeque<>());
    Sample last = samples.peekLast();
    Optional<Double> share = last == null || last.cpu().isEmpty() || usage.cpu().isEmpty() || time <= last.time() ? Optional.empty()
        : Optional.of(Math.max(0, PERCENT * usage.cpu().get().minus(last.cpu().get()).toNanos() / (time - last.time())));
    samples.addLast(new Sample(time, usage.cpu(), share, usage.memory(), usage.processes()));
    if (samples.size() > KEPT) {
      samples.removeFirst();
    }
  }

  /** Forgets containers that are gone. */
  synchronized void retain(Set<String> ids) {
    all.keySet().retainAll(ids);
  }

  /** The oldest first. */
  synchronized List<Sample> of(String id) {
    return new ArrayList<>(all.getOrDefault(id, new ArrayDeque<>()));
  }
}
