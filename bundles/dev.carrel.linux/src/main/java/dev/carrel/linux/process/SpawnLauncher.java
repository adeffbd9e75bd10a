package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.Running;
import dev.carrel.linux.Image;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.MountTemplate;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.SystemCall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Starts images with posix_spawn(3); one thread watches all that run. */
@Component
public final class SpawnLauncher implements Launcher {
  private static final int RECORD = 16;
  private static final int SIGKILL = 9;
  /** How soon an interruption is noticed. */
  private static final int POLL_MILLIS = 20;
  /** How long a start that is cancelled may take to get to where it notices. */
  private static final int PATIENCE_MILLIS = 1000;
  /** The child does not get a descriptor of that number. */
  private static final int NOTHING = -1;

  private final ExitWatcher watcher = new ExitWatcher();
  private volatile Spawn spawn;

  /** Ready at once: what needs native code is made at the first launch. */
  @Activate
  public SpawnLauncher() {}

  @Deactivate
  void deactivate() {
    watcher.endWhenIdle();
  }

  @Override
  public Image image(Program program) {
    return MemoryImage.of(program);
  }

  @Override
  public Running launch(Launch launch) throws LaunchFailure {
    Descriptors descriptors = new Descriptors();
    MemoryImage memory = (MemoryImage) launch.image();
    int file = memory.acquire();
    try {
      if (launch.container().isPresent()) {
        try (PidDescriptor container = ((KnownProcess) launch.container().get()).pidDescriptor()) {
          return launch(memory.program(), file, launch, container.number(), descriptors);
        }
      }
      return launch(memory.program(), file, launch, NOTHING, descriptors);
    } finally {
      memory.release();
      descriptors.closeAll();
    }
  }

  @Override
  public Running launch(MountTemplate template, Given given) throws LaunchFailure {
    Descriptors descriptors = new Descriptors();
    NamespaceTemplate prepared = (NamespaceTemplate) template;
    try {
      int[] files = descriptors.files(given.files());
      int[] status = descriptors.pipe();
      int[] control = descriptors.socketPair();
      StdioPipes pipes = StdioPipes.make(given.stdio(), given.owner(), descriptors);
      prepared.clone(handed(pipes, status[1], control[1], files));
      descriptors.close(status[1]);
      descriptors.close(control[1]);
      pipes.closeChildEnds(descriptors);
      byte[] record = new byte[RECORD];
      if (!read(status[0], control[0], NOTHING, record, descriptors)) {
        throw prepared.lost();
      }
      if (number(record, 0) < 0) {
        throw failure(prepared.program(), record);
      }
      return running(prepared.program(), number(record, 0), status[0], control[0], first(files), pipes, given.stdio(), descriptors);
    } finally {
      descriptors.closeAll();
    }
  }

  private static int first(int[] files) {
    return files.length == 0 ? NOTHING : files[0];
  }

  /** All of them at the numbers that a program expects. */
  private static int[] inherited(StdioPipes pipes, int status, int control, int container, int[] files) {
    int[] more = pipes.more();
    int[] inherited = new int[more.length == 0 ? FILES + files.length : MORE + more.length];
    Arrays.fill(inherited, NOTHING);
    for (int stream = 0; stream < 3; stream++) {
      inherited[stream] = pipes.child(stream);
    }
    inherited[STATUS] = status;
    inherited[CONTROL] = control;
    inherited[CONTAINER] = container;
    System.arraycopy(files, 0, inherited, FILES, files.length);
    System.arraycopy(more, 0, inherited, more.length == 0 ? inherited.length : MORE, more.length);
    return inherited;
  }

  /** All of them, as a template receives them: one after the other. */
  private static int[] handed(StdioPipes pipes, int status, int control, int[] files) {
    int[] more = pipes.more();
    int[] handed = Arrays.copyOf(new int[] {pipes.child(0), pipes.child(1), pipes.child(2), status, control}, 5 + files.length + more.length);
    System.arraycopy(files, 0, handed, 5, files.length);
    System.arraycopy(more, 0, handed, 5 + files.length, more.length);
    return handed;
  }

  @Override
  public Optional<Running> adopt(long pid, long startTime, Path exit) {
    return AdoptedProcess.of((int) pid, startTime, exit, watcher);
  }

  @Override
  public MountTemplate template(Image image, List<String> sources, Optional<IdMaps> outer) throws LaunchFailure {
    MemoryImage memory = (MemoryImage) image;
    HostMounts mounts = HostMounts.now(sources); // before it is built: what changes meanwhile makes it outdated
    Descriptors descriptors = new Descriptors();
    int file = memory.acquire();
    try {
      return template(memory.program(), file, mounts, outer, descriptors);
    } catch (LaunchFailure | RuntimeException e) {
      mounts.close();
      throw e;
    } finally {
      memory.release();
      descriptors.closeAll();
    }
  }

  private MountTemplate template(
      Program program, int file, HostMounts mounts, Optional<IdMaps> outer, Descriptors descriptors) throws LaunchFailure {
    int[] status = descriptors.pipe();
    int[] control = descriptors.socketPair();
    int nothing = descriptors.nullDevice();
    int builder = execute(file, new int[] {nothing, nothing, nothing, status[1], control[1]});
    descriptors.close(status[1]);
    descriptors.close(control[1]);
    byte[] record = new byte[RECORD];
    boolean told = LibC.readFully(status[0], record) == RECORD;
    if (told && number(record, 0) == 0) {
      try {
        mapIds(builder, outer, control[0], descriptors);
      } catch (CarrelException e) {
        reap(builder);
        throw e;
      }
      told = LibC.readFully(status[0], record) == RECORD;
    }
    if (told && number(record, 0) > 0) {
      descriptors.give(control[0]);
      return new NamespaceTemplate(program, builder, control[0], mounts);
    }
    descriptors.close(control[0]);
    reap(builder);
    if (told) {
      throw failure(program, record);
    }
    throw CarrelException.failed("cannot prepare a container's mounts: the process that does it was killed");
  }

  /** If its ids cannot be mapped, the process that waits for it ends. */
  private static void mapIds(int pid, Optional<IdMaps> outer, int control, Descriptors descriptors) {
    try {
      SubordinateMaps.write(pid, outer.orElseThrow(), control);
    } catch (CarrelException e) {
      descriptors.close(control); // it ends by that
      throw e;
    }
  }

  private int execute(int file, int[] inherited) {
    int pid = spawn().execute(file, inherited);
    if (pid < 0) {
      throw CarrelException.failed("cannot start a process for a container: posix_spawn: " + Errno.describe(-pid));
    }
    return pid;
  }

  private Running launch(Program program, int file, Launch launch, int container, Descriptors descriptors) throws LaunchFailure {
    Given given = launch.given();
    int[] files = descriptors.files(given.files());
    int[] status = descriptors.pipe();
    int[] control = descriptors.socketPair();
    StdioPipes pipes = StdioPipes.make(given.stdio(), given.owner(), descriptors);
    int firstStage = execute(file, inherited(pipes, status[1], control[1], container, files));
    descriptors.close(status[1]);
    descriptors.close(control[1]);
    pipes.closeChildEnds(descriptors);
    byte[] record = new byte[RECORD];
    try {
      boolean told = read(status[0], control[0], firstStage, record, descriptors);
      if (told && number(record, 0) == 0) {
        mapIds(firstStage, launch.outer(), control[0], descriptors);
        told = read(status[0], control[0], firstStage, record, descriptors);
      }
      if (!told) {
        throw CarrelException.failed("cannot start a container: the process that sets it up was killed");
      }
      if (number(record, 0) < 0) {
        throw failure(program, record);
      }
      return running(program, number(record, 0), status[0], control[0], first(files), pipes, given.stdio(), descriptors);
    } finally {
      reap(firstStage); // only now: it has freed its mounts while the container was set up
    }
  }

  /** The container's first process is there: waits until its program is executed. */
  private Running running(Program program, long pid, int status, int control, int exitFile, StdioPipes pipes, Stdio stdio,
      Descriptors descriptors) throws LaunchFailure {
    byte[] record = new byte[RECORD];
    boolean failed;
    try {
      failed = read(status, control, NOTHING, record, descriptors);
    } catch (CarrelException cancelled) {
      reap((int) pid); // its control socket is closed, by which it ends
      throw cancelled;
    }
    if (failed) {
      reap((int) pid);
      throw failure(program, record);
    }
    int pidfd = (int) LibC.syscall(SystemCall.PIDFD_OPEN.number(Architecture.host()), pid, 0, 0, 0);
    if (pidfd < 0) {
      throw CarrelException.failed("cannot watch the container's first process: pidfd_open: " + LibC.lastError());
    }
    try {
      return watch((int) pid, pidfd, control, exitFile, pipes, stdio.terminal().isPresent(), descriptors);
    } catch (RuntimeException | Error e) {
      LibC.syscall(SystemCall.PIDFD_SEND_SIGNAL.number(Architecture.host()), pidfd, SIGKILL, 0, 0);
      reap((int) pid);
      LibC.close(pidfd);
      throw e;
    }
  }

  private Running watch(
      int pid, int pidfd, int control, int exitFile, StdioPipes pipes, boolean terminal, Descriptors descriptors) {
    ProcessStreams streams;
    if (terminal) {
      streams = ProcessStreams.ofTerminal(new TerminalDescriptor(ReceivedDescriptor.receive(control)));
    } else {
      streams = pipes.streams();
    }
    MachineProcess process = new MachineProcess(pid, pidfd, control, exitFile, streams);
    watcher.watch(process, pidfd, control);
    descriptors.give(control);
    descriptors.give(exitFile);
    return process;
  }

  /**
   * Reads a record; false at the end. If this thread is interrupted meanwhile, the start is cancelled: what has been started ends as
   * its control socket closes.
   *
   * @param firstStage the process that sets a container up, which may wait in the kernel, for a network file system; or NOTHING
   * @throws CarrelException if it was cancelled; the thread stays interrupted
   */
  private static boolean read(int status, int control, int firstStage, byte[] record, Descriptors descriptors) {
    Memory poll = LibC.zeros(8);
    poll.setInt(0, status);
    poll.setShort(4, (short) 1); // POLLIN
    while (LibC.poll(poll, 1, POLL_MILLIS) <= 0) {
      if (Thread.currentThread().isInterrupted()) {
        cancel(status, firstStage, descriptors, control);
        throw CarrelException.failed("the start of a container was cancelled: its thread was interrupted");
      }
    }
    return LibC.readFully(status, record) == RECORD;
  }

  private static void cancel(int status, int firstStage, Descriptors descriptors, int control) {
    descriptors.close(control);
    Memory poll = LibC.zeros(8);
    poll.setInt(0, status);
    poll.setShort(4, (short) 1);
    if (firstStage != NOTHING && LibC.poll(poll, 1, PATIENCE_MILLIS) <= 0) {
      LibC.syscall(SystemCall.KILL.number(Architecture.host()), firstStage, SIGKILL, 0, 0); // not reaped: nobody else has its pid
    }
    byte[] record = new byte[RECORD];
    while (LibC.readFully(status, record) == RECORD) {
      if (number(record, 0) > 0) {
        reap((int) number(record, 0));
      }
    }
  }

  private Spawn spawn() {
    Spawn ready = spawn;
    if (ready == null) {
      synchronized (this) {
        if (spawn == null) {
          spawn = new Spawn();
        }
        ready = spawn;
      }
    }
    return ready;
  }

  static void reap(int pid) {
    Memory info = LibC.zeros(128);
    while (LibC.waitid(LibC.P_PID, pid, info, LibC.WEXITED) < 0 && LibC.errno() == Errno.EINTR.number()) {
      // interrupted by a signal: it still has to be reaped
    }
  }

  private static LaunchFailure failure(Program program, byte[] record) {
    return new LaunchFailure(program.instructionAt(number(record, 8), Architecture.host()), (int) -number(record, 0));
  }

  private static long number(byte[] record, int at) {
    return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getLong(at);
  }
}
