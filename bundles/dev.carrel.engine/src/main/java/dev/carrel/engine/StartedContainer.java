package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.isolation.Running;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A container, for whoever started it. */
final class StartedContainer implements Container {
  private static final int SIGTERM = 15;
  /** After a kill the kernel ends everything inside by itself; waiting longer would not help. In seconds. */
  private static final long AFTER_KILL = 10;

  private final String id;
  private final ContainerSpec spec;
  private final Running running;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

  StartedContainer(String id, ContainerSpec spec, Running running) {
    this.id = id;
    this.spec = spec;
    this.running = running;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public ContainerSpec spec() {
    return spec;
  }

  @Override
  public Process process() {
    return running.process();
  }

  /** A copy for everyone, so that nobody's {@code cancel} or {@code orTimeout} ends the container for the others. */
  @Override
  public CompletableFuture<ExitStatus> exit() {
    return exit.copy();
  }

  /** Nothing of it is left, and the engine knows it no more. */
  void ended(ExitStatus status, Throwable failure) {
    if (failure == null) {
      exit.complete(status);
    } else {
      exit.completeExceptionally(failure);
    }
  }

  @Override
  public void signal(int signal) {
    running.signal(signal);
  }

  @Override
  public void resize(TerminalSize size) {
    running.resize(size);
  }

  @Override
  public ExitStatus stop(Duration grace) {
    running.signal(SIGTERM);
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

  @Override
  public void close() {
    if (!exit.isDone()) {
      kill();
    }
  }

  /** Kills what is inside and waits until it is gone, whether this thread is interrupted or not: it takes no time. */
  private ExitStatus kill() {
    running.kill();
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
