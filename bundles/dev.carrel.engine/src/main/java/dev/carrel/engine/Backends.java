package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.IsolationBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The backends there are, the best first. */
final class Backends {
  private static final String OFFERED = "start the bundle dev.carrel.backend.namespace, which offers one";

  /** A backend and its {@code service.ranking}; among equals, the one that came first. */
  private record Ranked(IsolationBackend backend, int ranking) {}

  private volatile List<Ranked> ranked = List.of();
  /** By configuration; empty: the best. */
  private volatile String preferred = "";

  /** There is one, or one that is known has another ranking now. */
  synchronized void add(IsolationBackend backend, Map<String, Object> properties) {
    int ranking = properties.get("service.ranking") instanceof Integer number ? number : 0;
    List<Ranked> changed = new ArrayList<>(ranked.size() + 1);
    for (Ranked entry : ranked) {
      if (entry.backend() != backend) {
        changed.add(entry);
      }
    }
    int at = 0;
    while (at < changed.size() && changed.get(at).ranking() >= ranking) {
      at++;
    }
    changed.add(at, new Ranked(backend, ranking));
    ranked = changed;
  }

  synchronized void remove(IsolationBackend backend) {
    List<Ranked> changed = new ArrayList<>(ranked);
    changed.removeIf(entry -> entry.backend() == backend);
    ranked = changed;
  }

  /**
   * The backend for a specification: the one it names, or else the best that works here.
   *
   * @param held whether its program is started later than everything else is made
   * @throws CarrelException if there is none, or it cannot do what the specification needs
   */
  IsolationBackend choose(ContainerSpec spec, boolean held) {
    IsolationBackend chosen = spec.backend().isPresent() ? named(spec.backend().get()) : preferred.isEmpty() ? best() : preferred();
    if (chosen.features().size() < Feature.values().length) { // what can do everything is asked nothing more
      Needs.check(spec, held, chosen);
    }
    return chosen;
  }

  /** Takes one of a name where a specification names none; anything but a text: takes the best. */
  void prefer(Object name) {
    preferred = name instanceof String text ? text : "";
  }

  private IsolationBackend preferred() {
    try {
      return named(preferred);
    } catch (CarrelException e) {
      throw CarrelException.unavailable("the setting engine.backend is '" + preferred + "', and " + e.getMessage());
    }
  }

  /**
   * The backend of a name, whether it works here or not.
   *
   * @throws CarrelException if there is none
   */
  IsolationBackend named(String name) {
    StringBuilder known = new StringBuilder();
    for (Ranked entry : ranked) {
      if (entry.backend().name().equals(name)) {
        return entry.backend(); // also an unavailable one: its own words say best what is wrong
      }
      known.append(known.length() == 0 ? "" : ", ").append(entry.backend().name());
    }
    if (known.length() == 0) {
      throw CarrelException.unavailable("no isolation backend available, neither '" + name + "' nor another: " + OFFERED);
    }
    throw CarrelException.usage("no isolation backend is called '" + name + "': there is " + known
        + ". Choose one of these, or start the bundle that offers " + name);
  }

  private IsolationBackend best() {
    List<Ranked> present = ranked;
    if (present.isEmpty()) {
      throw CarrelException.unavailable("no isolation backend available: " + OFFERED);
    }
    if (present.size() == 1) {
      return present.get(0).backend(); // nothing to choose: its start will say what is wrong
    }
    for (Ranked entry : present) {
      if (entry.backend().unavailable().isEmpty()) {
        return entry.backend();
      }
    }
    StringBuilder reasons = new StringBuilder();
    for (Ranked entry : present) {
      Optional<String> reason = entry.backend().unavailable();
      reasons.append(entry.backend().name()).append(": ").append(reason.orElse("works again")).append(". ");
    }
    throw CarrelException.failed("no isolation backend works on this host. " + reasons + "See carrel backend list");
  }
}
