package dev.carrel.metrics;

import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts starts, ends and kills, each of a container once, whoever tells of it: an event in this process, or a look at what is recorded.
 * Containers that were there at the first look count neither as started nor, if they had ended, as ended.
 */
final class Tally {
  /** The status of a container of which nothing is recorded any more. */
  private static final String UNKNOWN = "unknown";
  /** So many containers are remembered, also when they have ended and nothing is recorded of them: an event may be told late. */
  private static final int REMEMBERED = 10_000;

  private final Map<String, Known> known = new LinkedHashMap<>();
  /** Those of the last look. */
  private Set<String> seen = Set.of();
  private final Map<String, Long> ends = new TreeMap<>();
  private long starts;
  private long kills;
  private boolean looked;

  /** What is known of a container. */
  private static final class Known {
    private boolean ended;
    private boolean own;
    private long kills;
  }

  /** What was counted. */
  record Counts(long starts, Map<String, Long> ends, long kills) {}

  synchronized Counts counts() {
    return new Counts(starts, new HashMap<>(ends), kills);
  }

  /** A container of this process has started. */
  synchronized void started(ContainerInfo container) {
    start(container).own = true;
  }

  /**
   * A container of this process has ended.
   *
   * @param status as a shell has it, or the empty text if it is not known
   */
  synchronized void ended(ContainerInfo container, String status) {
    Known entry = start(container);
    kills(entry, container);
    end(entry, status.isEmpty() ? UNKNOWN : status);
  }

  /** These are there now. */
  synchronized void look(List<ContainerInfo> present) {
    seen = new HashSet<>();
    for (ContainerInfo container : present) {
      seen.add(container.id());
      boolean fresh = !known.containsKey(container.id());
      if (fresh && !looked) {
        Known entry = new Known();
        entry.ended = container.state() == State.ENDED;
        entry.kills = told(container);
        known.put(container.id(), entry);
      } else if (container.state() != State.CREATED) {
        Known entry = start(container);
        kills(entry, container);
        container.ended().ifPresent(end -> end(entry, Integer.toString(end.status().shellStatus())));
      }
    }
    looked = true;
    known.forEach((id, entry) -> {
      if (!entry.own && !seen.contains(id)) {
        end(entry, UNKNOWN); // one in the foreground of another process, of which nothing stays
      }
    });
  }

  private Known start(ContainerInfo container) {
    Known entry = known.get(container.id());
    if (entry == null) {
      entry = new Known();
      known.put(container.id(), entry);
      starts++;
      forgetOne();
    }
    return entry;
  }

  private void forgetOne() {
    if (known.size() > REMEMBERED) {
      for (Iterator<Map.Entry<String, Known>> all = known.entrySet().iterator(); all.hasNext();) {
        Map.Entry<String, Known> one = all.next();
        if (one.getValue().ended && !seen.contains(one.getKey())) {
          all.remove();
          return;
        }
      }
    }
  }

  synchronized int remembered() {
    return known.size();
  }

  private void end(Known entry, String status) {
    if (!entry.ended) {
      entry.ended = true;
      ends.merge(status, 1L, Long::sum);
    }
  }

  private void kills(Known entry, ContainerInfo container) {
    long told = told(container);
    if (told > entry.kills) {
      kills += told - entry.kills;
      entry.kills = told;
    }
  }

  private static long told(ContainerInfo container) {
    return container.outOfMemory().isPresent() ? container.outOfMemory().get().kills() : 0;
  }
}
