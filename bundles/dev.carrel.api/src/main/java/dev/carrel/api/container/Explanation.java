package dev.carrel.api.container;

import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.MountPlan;
import java.util.List;

/**
 * What starting a container would do.
 *
 * @param backend the name of the backend that would run it
 * @param mounts its root file system
 * @param steps what the backend would do, in order
 */
public record Explanation(String backend, MountPlan mounts, List<Step> steps) {
  public Explanation {
    steps = List.copyOf(steps);
  }
}
