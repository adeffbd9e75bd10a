package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.api.resource.ResourceGroup;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Who sees to limits. Nobody is asked for as long as no container has any. */
final class Controllers {
  private static final String OFFERED = "start the bundle dev.carrel.cgroup, which offers one";

  /** By what stands for the service. */
  private final Map<Object, Supplier<ResourceController>> offers = new LinkedHashMap<>();

  /**
   * One is there.
   *
   * @param key by which it goes again
   * @param offer gets it; null if it has gone meanwhile
   */
  synchronized void add(Object key, Supplier<ResourceController> offer) {
    offers.put(key, offer);
  }

  synchronized void remove(Object key) {
    offers.remove(key);
  }

  private synchronized Map<Object, Supplier<ResourceController>> all() {
    return new LinkedHashMap<>(offers);
  }

  /**
   * The first that works on this host.
   *
   * @throws CarrelException if there is none, with the reason of the last one
   */
  ResourceController choose() {
    return choose("limit what a container consumes");
  }

  /** @param purpose for the message */
  ResourceController choose(String purpose) {
    Optional<String> reason = Optional.empty();
    for (Supplier<ResourceController> offer : all().values()) {
      ResourceController controller = offer.get();
      if (controller != null) {
        reason = controller.unavailable();
        if (reason.isEmpty()) {
          return controller;
        }
      }
    }
    throw reason.isPresent() ? CarrelException.failed("cannot " + purpose + ": " + reason.get())
        : CarrelException.unavailable("cannot " + purpose + ", as nothing here does that: " + OFFERED);
  }

  /** A group that a container has, or had; nothing if whoever sees to it is not there. */
  Optional<ResourceGroup> find(Entry entry) {
    if (entry.hasGroup()) {
      for (Supplier<ResourceController> offer : all().values()) {
        ResourceController controller = offer.get();
        if (controller != null && controller.name().equals(entry.groupController())) {
          return Optional.of(controller.find(entry.group()));
        }
      }
    }
    return Optional.empty();
  }

  /** All that are there. */
  Iterable<ResourceController> present() {
    Map<String, ResourceController> found = new LinkedHashMap<>();
    for (Supplier<ResourceController> offer : all().values()) {
      ResourceController controller = offer.get();
      if (controller != null) {
        found.put(controller.name(), controller);
      }
    }
    return found.values();
  }
}
