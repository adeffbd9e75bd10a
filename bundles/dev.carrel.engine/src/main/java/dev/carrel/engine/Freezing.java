package dev.carrel.engine;

import dev.carrel.api.isolation.Running;
import dev.carrel.api.resource.ResourceGroup;
import java.util.Optional;

/**
 * Stops everything in a container. The kernel's freezer stops its first process as well, which could not notice then that it has to end with the
 * process that started it: so it is for containers that outlive that. In others the first process stops all the rest.
 */
record Freezing(Running running, Optional<ResourceGroup> group, boolean detached) {
  boolean freezes() {
    return detached && group.isPresent() && group.get().canFreeze();
  }

  void pause() {
    if (freezes()) {
      group.get().freeze();
    } else {
      running.pause();
    }
  }

  void resume() {
    if (freezes()) {
      group.get().thaw();
    } else {
      running.resume();
    }
  }

  /**
   * Has go on what a change of limits that was killed half-way has left standing.
   *
   * @param paused whether somebody wants it to stand
   */
  void proceed(boolean paused) {
    if (!(freezes() && paused)) {
      group.ifPresent(ResourceGroup::thaw);
    }
  }
}
