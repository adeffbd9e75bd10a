package dev.carrel.system.init;

import dev.carrel.api.CarrelException;
import dev.carrel.api.system.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The order in which services can be started: each after all that it depends on, else as they were written. */
final class StartOrder {
  private StartOrder() {}

  /**
   * In steps: those of one step do not depend on each other.
   *
   * @throws CarrelException of kind USAGE if one depends on itself, or on one that is not there
   */
  static List<List<Service>> steps(List<Service> services) {
    Map<String, Service> left = new LinkedHashMap<>();
    services.forEach(service -> left.put(service.name(), service));
    for (Service service : services) {
      for (String name : service.dependsOn()) {
        if (!left.containsKey(name)) {
          throw CarrelException.usage("cannot order the services: " + service.name() + " depends on " + name + ", which there is not");
        }
      }
    }
    List<List<Service>> steps = new ArrayList<>();
    while (!left.isEmpty()) {
      List<Service> step = left.values().stream().filter(service -> service.dependsOn().stream().noneMatch(left::containsKey)).toList();
      if (step.isEmpty()) {
        throw CarrelException.usage("cannot order the services: " + String.join(", ", left.keySet()) + " depend on each other in a circle");
      }
      step.forEach(service -> left.remove(service.name()));
      steps.add(step);
    }
    return steps;
  }
}
