package dev.carrel.engine;

import dev.carrel.api.isolation.Inside;
import dev.carrel.api.container.GuestUser;
import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ContainerLog;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Explanation;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.ResourceGroup;
import dev.carrel.api.resource.Usage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A container that another process started, known by its record. */
final class RecordedContainer implements ContainerHandle {
  private static final String CHANGE = "change the limits of";

  private final Entry entry;
  private final Backends backends;
  private final Controllers controllers;
  private final Attaching attaching;
  private Optional<Running> held = Optional.empty();

  RecordedContainer(Entry entry, Backends backends, Controllers controllers, Attaching attaching) {
    this.controllers = controllers;
    this.entry = entry;
    this.backends = backends;
    this.attaching = attaching;
  }

  Entry entry() {
    return entry;
  }

  @Override
  public String id() {
    return entry.id();
  }

  @Override
  public ContainerInfo info() {
    return entry.info(group());
  }

  @Override
  public Optional<Explanation> explain() {
    Optional<LaunchPlan> plan = PlanFile.read(entry, group().map(ResourceGroup::birth));
    return plan.map(made -> new Explanation(entry.backend(), made.mounts(), backend().explain(made)));
  }

  private Optional<ResourceGroup> group() {
    return controllers.find(entry);
  }

  private IsolationBackend backend() {
    return backends.named(entry.backend());
  }

  /** Takes hold of it once; nothing if it has ended. */
  private synchronized Optional<Running> running() {
    if (held.isEmpty() && entry.hasStarted()) {
      held = backend().adopt(entry.record());
    }
    return held;
  }

  private Running alive(String purpose) {
    return running().orElseThrow(() -> hasEnded(purpose, entry.id()));
  }

  static CarrelException hasEnded(String purpose, String id) {
    return CarrelException.failed("cannot " + purpose + " container " + id + ": it has ended. carrel list shows those that run");
  }

  @Override
  public CompletableFuture<ExitStatus> exit() {
    Optional<Running> running = running();
    if (running.isEmpty()) {
      if (entry.hasStarted() && !entry.runs()) {
        attaching.release(entry); // it ran when it was looked for
      }
      return CompletableFuture.completedFuture(entry.exit());
    }
    CompletableFuture<ExitStatus> exit = running.get().exit().copy();
    CompletableFuture<ExitStatus> noted = entry.hasGroup() && entry.detached() ? exit.whenComplete((status, failure) -> noteOutOfMemory()) : exit;
    // Not on the thread that hears of all ends.
    return entry.attachment().isPresent() ? noted.whenCompleteAsync((status, failure) -> attaching.release(entry)) : noted;
  }

  /** Systemd takes a group away that it has delegated, soon after its last process has ended. */
  private void noteOutOfMemory() {
    group().flatMap(ResourceGroup::outOfMemory).ifPresent(word -> {
      try {
        entry.setOutOfMemory(word);
      } catch (IOException e) {
        return; // who looks sees that it was killed, and not why
      }
    });
  }

  static void noteEnd(Entry entry, ExitStatus status) {
    try {
      entry.endUnlessNoted(status);
    } catch (IOException e) {
      return; // who looks takes it for killed
    }
  }

  private Turns turns(Running running) {
    return new Turns(id(), running, entry.first());
  }

  @Override
  public void start() {
    Running running = alive("start the program of");
    turns(running).requireWaiting(false, entry.waiting());
    entry.claimStart();
    try {
      backend().proceed(running, entry.inside(), entry.process(), Optional.of(entry.directory()));
    } catch (CarrelException failure) {
      stopping(running).kill();
      throw failure;
    }
    Recording.proceeded(entry);
    entry.hookRunner().started(entry.startedHooks());
  }

  private Stopping stopping(Running running) {
    return new Stopping(id(), running, entry.first(), entry.stopSignal(), running.exit(), group());
  }

  @Override
  public void signal(int signal) {
    running().ifPresent(running -> running.signal(signal));
  }

  @Override
  public void signalAll(int signal) {
    Running running = alive("send a signal to everything in");
    turns(running).signalAll(false, entry.waiting(), signal);
  }

  @Override
  public List<ProcessHandle> processes() {
    return entry.runs() ? ProcessesInside.of(id(), entry.pid(), entry.inside().namespaces()) : List.of();
  }

  @Override
  public ExitStatus stop(Duration grace) {
    Optional<Running> running = running();
    ExitStatus status = running.isPresent() ? stopping(running.get()).stop(grace) : entry.exit();
    if (running.isPresent() && entry.detached()) {
      noteEnd(entry, status);
    }
    if (entry.hasPins()) {
      entry.pins().remove();
    }
    info().network().ifPresent(network -> attaching.detach(id(), network.provider()));
    return status;
  }

  @Override
  public ContainedProcess exec(ProcessSpec program, Optional<GuestUser> user) {
    Running running = alive("run a program in");
    if (info().state() == State.PAUSED) {
      throw paused(id());
    }
    if (entry.waiting()) {
      throw Turns.notStarted("run a program in", id());
    }
    Inside inside = user.isPresent() ? entry.inside().as(user.get()) : entry.inside();
    return new StartedProgram(backend().enter(id(), running, inside, group().map(ResourceGroup::entry), program), program.stdio());
  }

  static CarrelException paused(String id) {
    return CarrelException.failed("cannot run a program in container " + id + ": it is paused. carrel resume " + id + " lets it go on");
  }

  @Override
  public void mount(List<Mount.Bind> mounts) {
    Running running = alive("mount directories in");
    if (info().state() == State.PAUSED) {
      throw paused(id());
    }
    backend().mount(running, entry.inside(), mounts);
  }

  @Override
  public ContainerLog log() {
    return log(entry);
  }

  static ContainerLog log(Entry entry) {
    if (!entry.detached()) {
      throw CarrelException.usage("container " + entry.id() + " has no log: its output goes to who started it. Only that of a"
          + " container started with --detach is kept");
    }
    return LogFiles.open(entry.directory());
  }

  @Override
  public void pause() {
    Running running = alive("pause");
    Freezing freezing = new Freezing(running, group(), entry.detached());
    turns(running).requirePausable(true, entry.waiting(), freezing);
    oneByOne(entry, "pause", () -> {
      mark(entry, true);
      freezing.pause();
    });
  }

  @Override
  public void resume() {
    Running running = alive("resume");
    Freezing freezing = new Freezing(running, group(), entry.detached());
    turns(running).requirePausable(false, entry.waiting(), freezing);
    oneByOne(entry, "resume", () -> {
      freezing.resume();
      mark(entry, false);
    });
  }

  @Override
  public void update(Limits limits) {
    alive(CHANGE);
    ResourceGroup group = group().orElseThrow(() -> unlimited(id()));
    changeLimits(entry, group, () -> {
      Limits changed = changed(id(), Entry.read(entry.directory()).flatMap(Entry::limits).orElse(Limits.none()), limits);
      Freezing.proceed(entry, group);
      group.update(limits);
      record(entry, changed);
    });
  }

  /** Whoever finds its mark and the lock free knows that this was broken off. */
  static void changeLimits(Entry entry, ResourceGroup group, RecordLock.Change change) {
    oneByOne(entry, CHANGE, () -> {
      if (entry.changing()) {
        Freezing.proceed(entry, group);
      }
      entry.setChanging(true);
      try {
        change.make();
      } finally {
        entry.setChanging(false);
      }
    });
  }

  /** What several change at once is in the end what its record says: an update does not let go on what is paused meanwhile. */
  static void oneByOne(Entry entry, String purpose, RecordLock.Change change) {
    try {
      RecordLock.hold(entry.directory(), change);
    } catch (NoSuchFileException e) {
      throw hasEnded(purpose, entry.id());
    } catch (IOException e) {
      throw CarrelException.failed("cannot " + purpose + " container " + entry.id() + ": its record in " + entry.directory() + " cannot be locked or written: "
          + e.getMessage(), e);
    }
  }

  /** @throws CarrelException of kind USAGE if that cannot be together */
  static Limits changed(String id, Limits old, Limits by) {
    try {
      return old.changedBy(by);
    } catch (IllegalArgumentException e) {
      throw CarrelException.usage("cannot change the limits of container " + id + ": " + e.getMessage());
    }
  }

  static void record(Entry entry, Limits limits) {
    try {
      entry.setLimits(limits);
    } catch (IOException e) {
      throw CarrelException.failed("cannot record in " + entry.directory() + " what the container may consume: " + e.getMessage(), e);
    }
  }

  static CarrelException unlimited(String id) {
    return CarrelException.failed("cannot change the limits of container " + id + ": it was started without any, in no control group of its own."
        + " Start it with one that does not limit it, as --pids=unlimited, to set others later");
  }

  @Override
  public Optional<Usage> usage() {
    return entry.runs() ? group().map(ResourceGroup::usage) : Optional.empty();
  }

  static void mark(Entry entry, boolean paused) {
    try {
      entry.setPaused(paused);
    } catch (IOException e) {
      throw CarrelException.failed("cannot record in " + entry.directory() + " that the container is paused: " + e.getMessage(), e);
    }
  }
}
