package dev.carrel.engine;

import dev.carrel.api.container.GuestUser;
import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.End;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ContainerLog;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Explanation;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.OutOfMemory;
import dev.carrel.api.resource.ResourceGroup;
import dev.carrel.api.resource.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** A container, for whoever started it. */
final class StartedContainer implements Container {
  private final String id;
  private final ContainerSpec spec;
  private final LaunchPlan plan;
  private final IsolationBackend backend;
  private final Running running;
  private final Recording recording;
  private final Optional<ResourceGroup> group;
  private final AtomicReference<Listeners> listeners;
  private final Instant started = Instant.now();
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private boolean waiting;
  /** Whether its hooks for the start run, or are about to. */
  private boolean welcoming;
  private boolean announced;
  private volatile Optional<Limits> limits;
  private volatile Optional<OutOfMemory> outOfMemory = Optional.empty();
  private volatile boolean paused;
  private volatile Instant ended = Instant.EPOCH;

  /**
   * One that runs.
   *
   * @param plan by which it was made
   * @param group what keeps it to its limits
   * @param listeners nothing as long as nobody has listened
   */
  StartedContainer(LaunchPlan plan, IsolationBackend backend, Running running, Recording recording, Optional<ResourceGroup> group,
      AtomicReference<Listeners> listeners) {
    this.plan = plan;
    this.id = plan.id();
    this.spec = plan.spec();
    this.listeners = listeners;
    this.group = group;
    this.limits = spec.limits();
    this.waiting = plan.held();
    this.welcoming = !waiting && !spec.life().hooks().started().isEmpty();
    this.backend = backend;
    this.running = running;
    this.recording = recording;
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
  public Stdio stdio() {
    return spec.process().stdio();
  }

  Recording recording() {
    return recording;
  }

  @Override
  public ContainerInfo info() {
    Optional<End> end = exit.isDone() && !exit.isCompletedExceptionally()
        ? Optional.of(new End(ended, exit.join())) : Optional.empty();
    State state = end.isPresent() ? State.ENDED : isWaiting() ? State.CREATED : isPaused() ? State.PAUSED : State.RUNNING;
    return new ContainerInfo(id, spec.life().name(), state, running.process().pid(), started, end, spec.process(),
        spec.life().detached(), Inside.of(spec).namespaces().contains(Namespace.PID), backend.name(), recording.attachment(),
        spec.life().annotations(), recording.entry().map(Entry::directory), limits(), outOfMemory());
  }

  @Override
  public Optional<Explanation> explain() {
    LaunchPlan veiled = PlanFile.veiled(plan);
    return Optional.of(new Explanation(backend.name(), veiled.mounts(), backend.explain(veiled)));
  }

  /** It is there for others, and may outlive this process. */
  void recordStart() {
    recording.started(running);
  }

  /** Once: the end comes on another thread, and may be quicker. */
  synchronized void announceStart() {
    if (listeners.get() != null && !announced) {
      announced = true;
      Announcing.turn(listeners, this, Announcing.Turn.STARTED);
    }
  }

  private synchronized void announceEnd(ExitStatus status) {
    if (!waiting) {
      announceStart();
    }
    Announcing.end(listeners, this, Optional.ofNullable(status));
  }

  HookRunner hookRunner() {
    return new HookRunner(id, exit.isDone() ? 0 : running.process().pid(), recording.entry().map(Entry::directory), spec.life().annotations());
  }

  /** Another process may have started it. */
  private synchronized boolean isWaiting() {
    Optional<Entry> entry = recording.entry();
    return entry.isPresent() && spec.life().detached() ? entry.get().waiting() : waiting;
  }

  @Override
  public void start() {
    Turns turns = new Turns(id, running, spec.life().first());
    synchronized (this) {
      turns.requireWaiting(running.exit().isDone(), isWaiting());
      if (spec.life().detached()) {
        recording.entry().orElseThrow().claimStart();
      }
      try {
        backend.proceed(running, Inside.of(spec), spec.process(), recording.directory());
      } catch (CarrelException failure) {
        kill();
        throw failure;
      }
      waiting = false;
      welcoming = !spec.life().hooks().started().isEmpty();
      recording.proceeded(running);
      announceStart();
    }
    welcome();
  }

  /** Runs its hooks for the start. */
  void welcome() {
    try {
      hookRunner().started(spec.life().hooks().started());
    } finally {
      synchronized (this) {
        welcoming = false;
        notifyAll();
      }
    }
  }

  /** Waits until its hooks for the start are through: those for the end come after them, however soon it ends. */
  synchronized void awaitWelcome() {
    try {
      while (welcoming) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Another process may have paused it. */
  private boolean isPaused() {
    Optional<Entry> entry = recording.entry();
    return entry.isPresent() ? entry.get().paused() : paused;
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

  boolean hasGroup() {
    return group.isPresent();
  }

  /** Nothing of it runs: what its group has counted is all there will be. The group of a detached one stays until that is forgotten. */
  Optional<OutOfMemory> leaveGroup() {
    outOfMemory = group.get().outOfMemory();
    if (!spec.life().detached()) {
      group.get().remove();
    }
    return outOfMemory;
  }

  private Optional<OutOfMemory> outOfMemory() {
    return outOfMemory.isPresent() || group.isEmpty() || exit.isDone() ? outOfMemory : group.get().outOfMemory();
  }

  /** Another process may have changed them. */
  private Optional<Limits> limits() {
    Optional<Path> directory = group.isPresent() ? recording.entry().map(Entry::directory) : Optional.empty();
    Optional<Limits> recorded = directory.isPresent() ? Entry.read(directory.get()).flatMap(Entry::limits) : Optional.empty();
    return recorded.isPresent() ? recorded : limits;
  }

  @Override
  public synchronized void update(Limits by) {
    if (exit.isDone()) {
      throw RecordedContainer.hasEnded("change the limits of", id);
    }
    ResourceGroup mine = group.orElseThrow(() -> RecordedContainer.unlimited(id));
    Optional<Entry> recorded = recording.entry();
    if (recorded.isPresent()) {
      RecordedContainer.changeLimits(recorded.get(), mine, () -> RecordedContainer.record(recorded.get(), update(mine, by)));
    } else {
      update(mine, by);
    }
  }

  private Limits update(ResourceGroup mine, Limits by) {
    Limits changed = RecordedContainer.changed(id, limits().orElse(Limits.none()), by);
    mine.update(by);
    limits = Optional.of(changed);
    return changed;
  }

  @Override
  public Optional<Usage> usage() {
    return exit.isDone() ? Optional.empty() : group.map(ResourceGroup::usage);
  }

  /** Nothing of it is left, and the engine knows it no more. */
  void ended(ExitStatus status, Throwable failure) {
    ended = Instant.now();
    if (failure == null) {
      exit.complete(status);
    } else {
      exit.completeExceptionally(failure);
    }
    if (listeners.get() != null) {
      announceEnd(status);
    }
  }

  @Override
  public void signal(int signal) {
    running.signal(signal);
  }

  @Override
  public void signalAll(int signal) {
    new Turns(id, running, spec.life().first()).signalAll(exit.isDone(), isWaiting(), signal);
  }

  @Override
  public List<ProcessHandle> processes() {
    return exit.isDone() ? List.of() : ProcessesInside.of(id, running.process().pid(), Inside.of(spec).namespaces());
  }

  @Override
  public void resize(TerminalSize size) {
    running.resize(size);
  }

  @Override
  public ExitStatus stop(Duration grace) {
    ExitStatus status = stopping().stop(grace);
    exit.join(); // what is done in the end takes its time, which is not that of the container
    return status;
  }

  void kill() {
    stopping().kill();
    exit.join();
  }

  private Stopping stopping() {
    return new Stopping(id, running, spec.life().first(), spec.life().stopSignal(), running.exit(), group);
  }

  @Override
  public ContainedProcess exec(ProcessSpec program, Optional<GuestUser> user) {
    if (exit.isDone()) {
      throw RecordedContainer.hasEnded("run a program in", id);
    }
    if (isPaused()) {
      throw RecordedContainer.paused(id);
    }
    if (isWaiting()) {
      throw Turns.notStarted("run a program in", id);
    }
    Inside inside = Inside.of(spec);
    return new StartedProgram(backend.enter(id, running, user.isPresent() ? inside.as(user.get()) : inside,
        group.isPresent() ? Optional.of(group.get().entry()) : Optional.empty(), program), program.stdio());
  }

  @Override
  public void mount(List<Mount.Bind> mounts) {
    if (exit.isDone()) {
      throw RecordedContainer.hasEnded("mount directories in", id);
    }
    if (isPaused()) {
      throw RecordedContainer.paused(id);
    }
    backend.mount(running, Inside.of(spec), mounts);
  }

  @Override
  public ContainerLog log() {
    return RecordedContainer.log(recording.entry().orElseThrow(() -> CarrelException.usage("container " + id
        + " has no log: its output goes to who started it")));
  }

  @Override
  public void pause() {
    setPaused(true);
  }

  @Override
  public void resume() {
    setPaused(false);
  }

  private void setPaused(boolean now) {
    if (exit.isDone()) {
      throw RecordedContainer.hasEnded(now ? "pause" : "resume", id);
    }
    Freezing freezing = new Freezing(running, group, spec.life().detached());
    new Turns(id, running, spec.life().first()).requirePausable(now, isWaiting(), freezing);
    Optional<Entry> recorded = recording.entry();
    if (recorded.isPresent()) {
      RecordedContainer.oneByOne(recorded.get(), now ? "pause" : "resume", () -> {
        RecordedContainer.mark(recorded.get(), now);
        turn(freezing, now);
      });
    } else {
      turn(freezing, now);
    }
    if (listeners.get() != null) {
      Announcing.turn(listeners, this, now ? Announcing.Turn.PAUSED : Announcing.Turn.RESUMED);
    }
  }

  private void turn(Freezing freezing, boolean now) {
    paused = now;
    if (now) {
      freezing.pause();
    } else {
      freezing.resume();
    }
  }

  @Override
  public void close() {
    if (!exit.isDone() && !spec.life().detached()) {
      kill();
    }
  }
}
