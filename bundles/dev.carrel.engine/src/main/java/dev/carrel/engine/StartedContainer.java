package dev.carrel.engine;

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

  @Override
  public CompletableFuture<ExitStatus> exit() {
    return running.exit();
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
      return running.exit().get(grace.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      running.kill();
    } catch (InterruptedException e) {
      running.kill();
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the exit of container " + id + " got lost", e);
    }
    return running.exit().join();
  }

  @Override
  public void close() {
    running.kill();
    try {
      running.exit().get(AFTER_KILL, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("container " + id + " was killed and does not end", e);
    }
  }
}
