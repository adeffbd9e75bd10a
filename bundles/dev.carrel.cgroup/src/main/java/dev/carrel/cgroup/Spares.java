package dev.carrel.cgroup;

import dev.carrel.api.resource.Devices;
import dev.carrel.api.resource.Limits;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Groups that are made ahead for the next container, while nobody waits: to make them takes the kernel longer than all else about limits. There is
 * one for each set of controllers that was asked for twice. A spare one that is left over is empty, and is cleaned away as others are.
 */
final class Spares implements AutoCloseable {
  /** Whoever has just started a container is busy with it. */
  private static final long LATER_MILLIS = 5;
  private static final long IDLE_SECONDS = 5;
  private static final long PATIENCE_SECONDS = 10;
  /** So many sets, and then no more. */
  private static final int MOST = 8;

  private final Bases bases;
  private final Map<Key, Optional<GroupName>> spares = new HashMap<>();
  private final ScheduledThreadPoolExecutor worker;
  private boolean closed;

  private record Key(String owner, Set<Controller> needed) {}

  Spares(Bases bases) {
    this.bases = bases;
    this.worker = new ScheduledThreadPoolExecutor(1, work -> {
      Thread thread = new Thread(work, "carrel-groups");
      thread.setDaemon(true);
      return thread;
    });
    worker.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    worker.allowCoreThreadTimeOut(true);
    worker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** One that is ready, with nothing in it but what every container may use; nothing the first time. */
  synchronized Optional<GroupName> take(String owner, Limits limits) {
    Key key = new Key(owner, Controller.neededBy(limits));
    Optional<GroupName> spare = spares.get(key);
    if (spare != null) {
      if (!closed) {
        worker.schedule(() -> prepare(key, limits), LATER_MILLIS, TimeUnit.MILLISECONDS);
      }
      spares.put(key, Optional.empty());
      return spare;
    }
    if (spares.size() < MOST) {
      spares.put(key, Optional.empty());
    }
    return Optional.empty();
  }

  private void prepare(Key key, Limits limits) {
    synchronized (this) {
      if (closed || spares.get(key).isPresent()) {
        return;
      }
    }
    GroupName name = bases.reserve(key.owner(), limits, true);
    try {
      bases.make(name, key.needed());
      Setting.apply(new FirstVersion(name.first()).devices(new Devices(false, List.of()), false));
    } catch (IOException | RuntimeException e) {
      new CgroupGroup(name, bases).remove(); // the next start makes its own, and says what is wrong
      return;
    }
    boolean kept;
    synchronized (this) {
      kept = !closed && spares.get(key).isEmpty();
      if (kept) {
        spares.put(key, Optional.of(name));
      }
    }
    if (!kept) {
      new CgroupGroup(name, bases).remove();
    }
  }

  /** Nothing of them is there afterwards, also of one that was just being made. */
  @Override
  public void close() {
    Set<GroupName> left = new HashSet<>();
    synchronized (this) {
      closed = true;
      spares.values().forEach(spare -> spare.ifPresent(left::add));
      spares.clear();
    }
    worker.shutdown();
    left.forEach(name -> new CgroupGroup(name, bases).remove());
    try {
      worker.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
