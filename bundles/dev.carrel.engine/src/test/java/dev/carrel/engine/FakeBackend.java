package dev.carrel.engine;

import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.isolation.Step;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Starts nothing, and lets a test say what becomes of it. */
final class FakeBackend implements IsolationBackend {
  private final String name;
  private final Set<Feature> features;
  private final List<FakeRunning> all = new CopyOnWriteArrayList<>();
  volatile Optional<String> unavailable = Optional.empty();
  volatile RuntimeException failure;
  volatile boolean endAtOnce;
  volatile RuntimeException refusal;
  /** Of what it starts: nobody's. */
  volatile long pid = 4711;
  final AtomicInteger proceeded = new AtomicInteger();

  FakeBackend(String name, Set<Feature> features) {
    this.name = name;
    this.features = features;
  }

  FakeRunning last() {
    return all.get(all.size() - 1);
  }

  int started() {
    return all.size();
  }

  void endAll() {
    all.forEach(running -> running.end(ExitStatus.exited(0)));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public Set<Feature> features() {
    return features;
  }

  @Override
  public Optional<String> unavailable() {
    return unavailable;
  }

  @Override
  public Running launch(LaunchPlan plan) {
    if (failure != null) {
      throw failure;
    }
    FakeRunning running = new FakeRunning(pid);
    all.add(running);
    if (endAtOnce) {
      running.end(ExitStatus.exited(0));
    }
    return running;
  }

  @Override
  public Optional<Running> adopt(ContainerRecord record) {
    return Optional.empty();
  }

  @Override
  public void proceed(Running running, Inside inside, ProcessSpec program, Optional<java.nio.file.Path> record) {
    proceeded.incrementAndGet();
    if (refusal != null) {
      throw refusal;
    }
  }

  @Override
  public Running enter(String id, Running running, Inside inside, Optional<GroupEntry> group, ProcessSpec program) {
    FakeRunning entered = new FakeRunning(pid);
    all.add(entered);
    return entered;
  }

  @Override
  public List<Step> explain(LaunchPlan plan) {
    return List.of(new Step("jvm", "nothing()"));
  }

  static final class FakeRunning implements Running {
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private final AtomicInteger killed = new AtomicInteger();
    private final long pid;
    volatile boolean deaf;

    FakeRunning(long pid) {
      this.pid = pid;
    }

    void end(ExitStatus status) {
      exit.complete(status);
    }

    int killed() {
      return killed.get();
    }

    @Override
    public Process process() {
      return new NoProcess(pid);
    }

    @Override
    public CompletableFuture<ExitStatus> exit() {
      return exit;
    }

    @Override
    public void signal(int signal) {
      if (!deaf) {
        end(ExitStatus.signalled(signal));
      }
    }

    @Override
    public void signalAll(int signal) {}

    @Override
    public void kill() {
      killed.incrementAndGet();
      end(ExitStatus.signalled(9));
    }

    @Override
    public void resize(TerminalSize size) {}

    @Override
    public void detach() {}

    @Override
    public void renounceRestart() {}

    @Override
    public void pause() {}

    @Override
    public void resume() {}
  }

  /** Has a number and nothing else. */
  private static final class NoProcess extends Process {
    private final long pid;

    NoProcess(long pid) {
      this.pid = pid;
    }

    @Override
    public long pid() {
      return pid;
    }

    @Override
    public java.io.OutputStream getOutputStream() {
      return java.io.OutputStream.nullOutputStream();
    }

    @Override
    public java.io.InputStream getInputStream() {
      return java.io.InputStream.nullInputStream();
    }

    @Override
    public java.io.InputStream getErrorStream() {
      return java.io.InputStream.nullInputStream();
    }

    @Override
    public int waitFor() {
      return 0;
    }

    @Override
    public int exitValue() {
      return 0;
    }

    @Override
    public void destroy() {}
  }
}
