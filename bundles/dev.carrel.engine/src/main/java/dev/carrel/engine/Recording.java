package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Life;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.resource.OutOfMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The record of one container of this process. One that is detached, has a name or pins something is recorded before it is
 * started. Another dies with this process and leaves nothing: it is recorded a moment later, beside the way of the start, and not
 * at all if it has ended by then.
 */
final class Recording {
  /** In milliseconds. */
  private static final long MOMENT = 30;

  private final Registry registry;
  private final String id;
  private final ContainerSpec spec;
  private final MountPlan mounts;
  private final String backend;
  private final boolean held;
  private Optional<Group> group = Optional.empty();
  private Optional<Entry> entry = Optional.empty();
  private Optional<Attachment> attachment = Optional.empty();
  private boolean over;

  /** What keeps the container to its limits: who made it, and by which name. */
  record Group(String controller, String name) {}

  /** @param held whether its program is started later than everything else is made */
  Recording(Registry registry, String id, ContainerSpec spec, MountPlan mounts, String backend, boolean held) {
    this.mounts = mounts;
    this.held = held;
    this.registry = registry;
    this.id = id;
    this.spec = spec;
    this.backend = backend;
  }

  /** A group will be made for it: before {@link #begin}. */
  synchronized void group(Group reserved) {
    group = Optional.of(reserved);
  }

  synchronized Optional<Entry> entry() {
    return entry;
  }

  synchronized Optional<Attachment> attachment() {
    return attachment;
  }

  /** It has been attached to a network. Returns whether it has not ended yet. */
  synchronized boolean attached(Attachment made) {
    attachment = Optional.of(made);
    return !over;
  }

  /** Where a detached container leaves its exit and its output. */
  synchronized Optional<Path> directory() {
    return spec.life().detached() ? Optional.of(entry.get().directory()) : Optional.empty();
  }

  /** @throws CarrelException if it has to be recorded now, and cannot be */
  synchronized void begin() {
    Life life = spec.life();
    if (!life.pins().isEmpty()) {
      registry.unpin();
    }
    if (life.detached() || life.kept() || life.name().isPresent() || !life.pins().isEmpty()) {
      entry = Optional.of(reserve(held));
    }
  }

  /** @param waits whether somebody else may start its program later */
  private Entry reserve(boolean waits) {
    Entry made = registry.reserve(id, spec, backend, waits, group);
    try {
      PlanFile.write(made.directory(), spec, mounts, held);
    } catch (IOException e) {
      throw unrecorded(made, e);
    }
    return made;
  }

  private CarrelException unrecorded(Entry made, IOException failure) {
    registry.forget(made);
    return CarrelException.failed("cannot record the container in " + made.directory() + ": " + failure.getMessage(), failure);
  }

  /** It could not be started. */
  synchronized void cancel() {
    over = true;
    if (entry.isPresent()) {
      registry.forget(entry.get());
    }
  }

  /**
   * Its program runs. Only what is recorded is let go: until then it dies with this process.
   *
   * @throws CarrelException if that cannot be written down
   */
  synchronized void started(Running running) {
    Life life = spec.life();
    if (entry.isPresent()) {
      if (!over || life.detached() || life.kept()) { // else it has ended meanwhile, and its record is gone
        write(entry.get(), running);
      }
    } else if (life.recorded() && !over) {
      Thread later = new Thread(null, new Later(running), "carrel-record", 0, false);
      later.setDaemon(true);
      later.start();
    }
  }

  /**
   * Its program, which waited, runs. One that is not detached is recorded only now: nobody else could have started it.
   *
   * @throws CarrelException if that cannot be written down
   */
  void proceeded(Running running) {
    if (spec.life().detached()) {
      proceeded(entry().orElseThrow());
    } else {
      started(running);
    }
  }

  static void proceeded(Entry entry) {
    try {
      entry.proceeded();
    } catch (IOException e) {
      throw CarrelException.failed("cannot record in " + entry.directory() + " that the container has started: " + e.getMessage(), e);
    }
  }

  private void write(Entry reserved, Running running) {
    attachment.ifPresent(reserved::attached);
    try {
      reserved.started(running.process().pid());
    } catch (IOException e) {
      throw unrecorded(reserved, e);
    }
    if (spec.life().detached()) {
      running.detach();
    }
  }

  /** What was recorded of a container that is not detached goes; before, others who wait for it can read how it ended. */
  synchronized void ended(Optional<ExitStatus> status, Optional<OutOfMemory> word) {
    over = true;
    notifyAll();
    if (entry.isPresent() && word.isPresent() && (spec.life().kept() || spec.life().detached())) {
      try {
        entry.get().setOutOfMemory(word.get());
      } catch (IOException e) {
        // who looks sees that it was killed, and not why
      }
    }
    if (entry.isPresent() && spec.life().detached() && status.isPresent()) {
      RecordedContainer.noteEnd(entry.get(), status.get());
    }
    if (entry.isPresent() && !spec.life().detached()) {
      if (status.isPresent()) {
        try {
          entry.get().end(status.get());
        } catch (IOException e) {
          // who waits takes it for killed
        }
      }
      if (!spec.life().kept()) {
        registry.forget(entry.get());
      }
    }
    if (entry.isPresent() && entry.get().hasPins()) {
      entry.get().pins().remove();
    }
  }

  private synchronized void recordUnlessOver(Running running) {
    try {
      if (!over) {
        wait(MOMENT);
      }
      if (!over) {
        Entry made = reserve(false);
        entry = Optional.of(made);
        write(made, running);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CarrelException e) {
      entry = Optional.empty(); // it runs all the same; others do not see it
    }
  }

  /** A class, as a first lambda costs a start-up 10 ms. */
  private final class Later implements Runnable {
    private final Running running;

    Later(Running running) {
      this.running = running;
    }

    @Override
    public void run() {
      recordUnlessOver(running);
    }
  }
}
