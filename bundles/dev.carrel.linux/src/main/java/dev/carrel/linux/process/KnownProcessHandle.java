package dev.carrel.linux.process;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The handle of a process that is known by its pidfd. The JDK's own knows it by its pid alone, and is none any more once it
 * has been reaped.
 *
 * @param process whose handle it is
 */
record KnownProcessHandle(KnownProcess process) implements ProcessHandle {
  private Optional<ProcessHandle> alive() {
    return process.isAlive() ? ProcessHandle.of(process.pid()) : Optional.empty();
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public Optional<ProcessHandle> parent() {
    return alive().flatMap(ProcessHandle::parent);
  }

  @Override
  public Stream<ProcessHandle> children() {
    return alive().map(ProcessHandle::children).orElseGet(Stream::empty);
  }

  @Override
  public Stream<ProcessHandle> descendants() {
    return alive().map(ProcessHandle::descendants).orElseGet(Stream::empty);
  }

  /** As of any handle: empty once the process has ended. */
  @Override
  public Info info() {
    return alive().map(ProcessHandle::info).orElseGet(NoInfo::new);
  }

  @Override
  public CompletableFuture<ProcessHandle> onExit() {
    return process.onExit().thenApply(ended -> this);
  }

  @Override
  public boolean supportsNormalTermination() {
    return true;
  }

  @Override
  public boolean destroy() {
    boolean alive = process.isAlive();
    process.destroy();
    return alive;
  }

  @Override
  public boolean destroyForcibly() {
    boolean alive = process.isAlive();
    process.destroyForcibly();
    return alive;
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public int compareTo(ProcessHandle other) {
    return Long.compare(pid(), other.pid());
  }

  @Override
  public String toString() {
    return Long.toString(pid());
  }

  /** What is known of a process that is gone. */
  private record NoInfo() implements Info {
    @Override
    public Optional<String> command() {
      return Optional.empty();
    }

    @Override
    public Optional<String> commandLine() {
      return Optional.empty();
    }

    @Override
    public Optional<String[]> arguments() {
      return Optional.empty();
    }

    @Override
    public Optional<java.time.Instant> startInstant() {
      return Optional.empty();
    }

    @Override
    public Optional<java.time.Duration> totalCpuDuration() {
      return Optional.empty();
    }

    @Override
    public Optional<String> user() {
      return Optional.empty();
    }
  }
}
