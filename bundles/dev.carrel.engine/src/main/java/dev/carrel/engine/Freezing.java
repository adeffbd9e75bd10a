package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.resource.ResourceGroup;
import java.io.IOException;
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

  /** Has go on what nobody has paused. The caller has the lock of its record. */
  static void proceed(Entry entry, ResourceGroup group) {
    if (!(entry.detached() && group.canFreeze() && entry.paused())) {
      group.thaw();
    }
  }

  /**
   * Has go on what a change of limits has left standing that was killed half-way. Whoever is still at it does that himself; if it cannot be done, the next one
   * who looks tries again.
   */
  static void awaken(Entry entry, Controllers controllers) {
    try {
      RecordLock.holdIfFree(entry.directory(), () -> {
        Optional<ResourceGroup> group = controllers.find(entry);
        if (group.isPresent() && entry.changing()) {
          proceed(entry, group.get());
          entry.setChanging(false);
        }
      });
    } catch (IOException | CarrelException e) {
      return; // who has come to see something else need not know
    }
  }
}
