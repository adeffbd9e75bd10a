package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Life.FirstProcess;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.resource.ResourceGroup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends a container.
 *
 * @param signal what asks it to end
 * @param exit completed when nothing of it runs any more
 * @param group what holds all its processes, if anything does
 */
record Stopping(String id, Running running, FirstProcess first, int signal, CompletableFuture<ExitStatus> exit, Optional<ResourceGroup> group) {
  /** After a kill the kernel ends everything inside by itself; waiting longer would not help. In seconds. */
  private static final long AFTER_KILL = 10;

  ExitStatus stop(Duration grace) {
    if (first == FirstProcess.INIT) { // to the program they would be signals like others
      running.renounceRestart();
    }
    if (grace.isZero()) {
      return kill(); // without a signal before, of which some programs would end and others not
    }
    running.signal(signal);
    if (group.isPresent()) {
      group.get().thaw();
    }
    if (first == FirstProcess.INIT) {
      running.resume(); // what is paused cannot end
    }
    try {
      return exit.get(TimeUnit.NANOSECONDS.convert(grace), TimeUnit.NANOSECONDS); // convert: as long as possible, if longer
    } catch (TimeoutException e) {
      return kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return kill();
    } catch (ExecutionException e) {
      throw lost(e.getCause());
    }
  }

  /** Kills what is inside and waits until it is gone, whether this thread is interrupted or not: it takes no time. */
  ExitStatus kill() {
    running.kill();
    if (group.isPresent()) {
      group.get().kill(); // also what is frozen, or is in no pid namespace of the container's
    }
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(AFTER_KILL);
    try {
      while (true) {
        try {
          return exit.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (TimeoutException e) {
      throw CarrelException.failed("cannot end container " + id + ": it was killed and is still there after " + AFTER_KILL
          + " seconds. A process of it waits in the kernel, for a disk or a network file system: see ps -o pid,stat,wchan "
          + running.process().pid(), e);
    } catch (ExecutionException e) {
      throw lost(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private CarrelException lost(Throwable cause) {
    return CarrelException.failed("cannot tell how container " + id + " ended: " + cause.getMessage()
        + ". Look with ps whether process " + running.process().pid() + " is still there, and end it with kill", cause);
  }
}
