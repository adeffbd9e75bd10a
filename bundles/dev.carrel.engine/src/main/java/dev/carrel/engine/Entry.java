package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.End;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Hooks.Hook;
import dev.carrel.api.container.Life.FirstProcess;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.host.ProcessTimes;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.OutOfMemory;
import dev.carrel.api.resource.ResourceGroup;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** A container's record: a directory with a properties file and the files that its first process writes. */
final class Entry {
  private static final String FILE = "container";
  private static final String PAUSED = "paused";
  /** Is there as long as somebody changes its limits, who may have everything in it stand still for a moment. */
  private static final String CHANGING = "changing";
  /** Is there as long as its program waits for its start. */
  private static final String WAITING = "waiting";
  /** Is there as soon as its last hooks are run. */
  private static final String DISMISSED = "dismissed";
  private static final int SIGKILL = 9;
  private static final int LOOKS = 100;
  private static final long LOOK_MILLIS = 10;

  private final Path directory;
  private final Properties lines;

  private Entry(Path directory, Properties lines) {
    this.directory = directory;
    this.lines = lines;
  }

  /** Of a container that is about to be started by this process. */
  static Entry starting(Path directory, String id, ContainerSpec spec, String backend, boolean waiting) throws IOException {
    Properties lines = new Properties();
    long self = ProcessHandle.current().pid();
    lines.setProperty("id", id);
    spec.life().name().ifPresent(name -> lines.setProperty("name", name));
    lines.setProperty("backend", backend);
    LifeFile.write(lines, spec.life());
    lines.setProperty("boot", ProcessTimes.boot());
    lines.setProperty("starter", Long.toString(self));
    lines.setProperty("starter.time", Long.toString(ProcessTimes.startTime(self)));
    if (!spec.life().pins().isEmpty()) {
      Pins.note(lines, id, spec.life().pins());
    }
    RecordFile.write(lines, spec.process(), Inside.of(spec));
    if (spec.network() instanceof NetworkSpec.Attached attached) {
      NetworkFile.begin(lines, attached);
    }
    if (waiting) {
      Files.write(directory.resolve(ContainerRecord.START), new byte[0]);
      Files.write(directory.resolve(WAITING), new byte[0]);
    }
    return new Entry(directory, lines);
  }

  /** It is in a group, which is about to be made. */
  void group(String controller, String name, Limits limits) {
    lines.setProperty("resources.controller", controller);
    lines.setProperty("resources.group", name);
    LimitLines.write(lines, limits);
  }

  boolean hasGroup() {
    return lines.getProperty("resources.group") != null;
  }

  String groupController() {
    return lines.getProperty("resources.controller");
  }

  /** The name of its group. */
  String group() {
    return lines.getProperty("resources.group");
  }

  Optional<Limits> limits() {
    return LimitLines.read(lines);
  }

  /** They have been changed, by who holds the lock. */
  void setLimits(Limits limits) throws IOException {
    LimitLines.write(lines, limits);
    Entry now = read(directory).orElse(this); // others may have changed something else
    LimitLines.write(now.lines, limits);
    now.write();
  }

  /** One that is there; nothing if it is going away, or not whole. */
  static Optional<Entry> read(Path directory) {
    Entry entry;
    try {
      entry = new Entry(directory, LineFile.read(directory.resolve(FILE)));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
    return entry.isWhole() ? Optional.of(entry) : Optional.empty();
  }

  /** Nobody else could have written it, but a disk can be full. */
  private boolean isWhole() {
    try {
      return id() != null && backend() != null && record() != null && started() != null && inside() != null && process() != null;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** When its program was first executed; the epoch before that. */
  Instant started() {
    return Instant.ofEpochMilli(Long.parseLong(lines.getProperty("started", "0")));
  }

  /** Its first process is there. */
  void started(long pid) throws IOException {
    lines.setProperty("pid", Long.toString(pid));
    lines.setProperty("pid.time", Long.toString(ProcessTimes.startTime(pid)));
    lines.setProperty("started", Long.toString(System.currentTimeMillis())); // to print a date costs a process its first 10 ms
    write();
  }

  /** Whole or not at all. */
  void write() throws IOException {
    LineFile.write(directory.resolve(FILE), lines);
  }

  /** It has been attached to a network; written down when it has started. */
  void attached(Attachment attachment) {
    NetworkFile.write(lines, attachment);
  }

  /** How it is, or was, attached to a network. */
  Optional<Attachment> attachment() {
    return NetworkFile.attachment(lines);
  }

  Path directory() {
    return directory;
  }

  String id() {
    return lines.getProperty("id");
  }

  Optional<String> name() {
    return Optional.ofNullable(lines.getProperty("name"));
  }

  boolean detached() {
    return LifeFile.detached(lines);
  }

  /** Whether it stays when the container has ended. */
  boolean kept() {
    return LifeFile.kept(lines);
  }

  FirstProcess first() {
    return LifeFile.first(lines);
  }

  int stopSignal() {
    return LifeFile.stopSignal(lines);
  }

  List<Hook> startedHooks() {
    return LifeFile.startedHooks(lines);
  }

  HookRunner hookRunner() {
    return new HookRunner(id(), pid(), Optional.of(directory), LifeFile.annotations(lines));
  }

  /** Before it is forgotten. */
  void runEndedHooks() {
    List<Hook> hooks = detached() ? LifeFile.endedHooks(lines) : List.of(); // those of another were run when it ended
    if (!hooks.isEmpty() && claimEnd()) {
      hookRunner().ended(hooks);
    }
  }

  /** Of those who forget it at the same time, one runs its hooks. */
  private boolean claimEnd() {
    try {
      Files.createFile(directory.resolve(DISMISSED));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  boolean waiting() {
    return Files.exists(directory.resolve(WAITING));
  }

  /**
   * Of those who want to start its program at the same time, one gets it.
   *
   * @throws CarrelException of kind USAGE to all others
   */
  void claimStart() {
    try {
      Files.delete(directory.resolve(WAITING));
    } catch (NoSuchFileException e) {
      throw Turns.startedBefore(id());
    } catch (IOException e) {
      throw CarrelException.failed("cannot start container " + id() + ": cannot write in " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Its program runs now. */
  void proceeded() throws IOException {
    lines.setProperty("started", Long.toString(System.currentTimeMillis()));
    write();
  }

  String backend() {
    return lines.getProperty("backend");
  }

  /** What it keeps from collection elsewhere. */
  Pins pins() {
    return new Pins(directory, lines);
  }

  /** Whether it keeps anything from collection elsewhere. */
  boolean hasPins() {
    return pins().any();
  }

  /** Whether it got as far as to have a first process. */
  boolean hasStarted() {
    return lines.getProperty("pid") != null;
  }

  long pid() {
    return Long.parseLong(lines.getProperty("pid", "0"));
  }

  ContainerRecord record() {
    return new ContainerRecord(directory, pid(), Long.parseLong(lines.getProperty("pid.time", "0")));
  }

  Inside inside() {
    return RecordFile.inside(lines);
  }

  ProcessSpec process() {
    return RecordFile.process(lines);
  }

  boolean starterLives() {
    return lives("starter");
  }

  boolean runs() {
    return hasStarted() && lives("pid");
  }

  private boolean lives(String key) {
    long time = Long.parseLong(lines.getProperty(key + ".time", "0"));
    return time != 0 && time == ProcessTimes.startTime(Long.parseLong(lines.getProperty(key, "0")))
        && ProcessTimes.boot().equals(lines.getProperty("boot"));
  }

  /** How it ended; a first process that was killed has left no word. */
  ExitStatus exit() {
    try {
      byte[] siginfo = Files.readAllBytes(directory.resolve(ContainerRecord.EXIT));
      for (int look = 0; look < LOOKS && siginfo.length == 0 && isBeingNoted(); look++) {
        Thread.sleep(LOOK_MILLIS);
        siginfo = Files.readAllBytes(directory.resolve(ContainerRecord.EXIT));
      }
      return siginfo.length == ExitStatus.SIGINFO_SIZE ? ExitStatus.ofSiginfo(siginfo) : ExitStatus.signalled(SIGKILL);
    } catch (IOException e) {
      return ExitStatus.signalled(SIGKILL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitStatus.signalled(SIGKILL);
    }
  }

  /** What is left of a program that was its first process is there until its keeper has noted how it ended. */
  private boolean isBeingNoted() {
    return detached() && first() == FirstProcess.PROGRAM && Files.exists(Path.of("/proc", lines.getProperty("pid", "0")));
  }

  /** Its group goes, and only the record keeps that. */
  void setOutOfMemory(OutOfMemory word) throws IOException {
    LimitLines.write(lines, word);
    RecordLock.hold(directory, () -> {
      Entry now = read(directory).orElse(this);
      LimitLines.write(now.lines, word);
      now.write();
    });
  }

  /** What a detached container's first process does itself. */
  void end(ExitStatus status) throws IOException {
    try (FileOutputStream out = new FileOutputStream(directory.resolve(ContainerRecord.EXIT).toFile())) {
      out.write(status.toSiginfo());
    }
  }

  /** Nothing of a detached one runs any more: if its first process was killed, it has left no word of that. */
  void endUnlessNoted(ExitStatus status) throws IOException {
    if (Files.size(directory.resolve(ContainerRecord.EXIT)) == 0 && !isBeingNoted()) {
      end(status);
    }
  }

  private Instant ended() {
    try {
      Instant noted = Files.getLastModifiedTime(directory.resolve(ContainerRecord.EXIT)).toInstant();
      return noted.isBefore(started()) ? started() : noted; // it was made before the start, and nobody was there to note the end
    } catch (IOException e) {
      return Instant.now(); // it is being removed
    }
  }

  /** @param group what there is of its group */
  ContainerInfo info(Optional<ResourceGroup> group) {
    boolean runs = runs();
    State state = !runs ? State.ENDED : waiting() ? State.CREATED : paused() ? State.PAUSED : State.RUNNING;
    return new ContainerInfo(id(), name(), state, pid(), started(),
        runs ? Optional.empty() : Optional.of(new End(ended(), exit())), process(), detached(), inside().namespaces().contains(Namespace.PID),
        backend(), attachment(),
        LifeFile.annotations(lines), Optional.of(directory), limits(), outOfMemory(group));
  }

  private Optional<OutOfMemory> outOfMemory(Optional<ResourceGroup> group) {
    Optional<OutOfMemory> word = LimitLines.outOfMemory(lines);
    return word.isPresent() || group.isEmpty() ? word : group.get().outOfMemory();
  }

  boolean paused() {
    return Files.exists(directory.resolve(PAUSED));
  }

  void setPaused(boolean paused) throws IOException {
    mark(PAUSED, paused);
  }

  /** Whether its limits are being changed, or that was broken off: whoever gets the lock knows. */
  boolean changing() {
    return Files.exists(directory.resolve(CHANGING));
  }

  void setChanging(boolean changing) throws IOException {
    mark(CHANGING, changing);
  }

  private void mark(String name, boolean there) throws IOException {
    if (there) {
      Files.write(directory.resolve(name), new byte[0]);
    } else {
      Files.deleteIfExists(directory.resolve(name));
    }
  }
}
