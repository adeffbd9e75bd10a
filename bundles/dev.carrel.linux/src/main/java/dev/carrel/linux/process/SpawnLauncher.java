package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.api.isolation.Running;
import dev.carrel.linux.Image;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.MountTemplate;
import dev.carrel.linux.ToolFailure;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Starts images with posix_spawn(3); one thread watches all that run. It is run when the JVM is about to end, which would
 * wait for that thread.
 */
@Component(service = {Launcher.class, Runnable.class}, property = "carrel.at.end:Boolean=true")
public final class SpawnLauncher implements Launcher, Runnable {
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
  public void run() {
    watcher.end();
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
      return launch(memory.program(), file, launch, Launching.NOTHING, descriptors);
    } finally {
      memory.release();
      descriptors.closeAll();
    }
  }

  private Running launch(Program program, int file, Launch launch, int container, Descriptors descriptors) throws LaunchFailure {
    describe(program, launch.given());
    Launching start = new Launching(program, launch.given(), descriptors);
    int firstStage = execute(file, start.inherited(container));
    start.closeChildEnds();
    int guard = launch.given().guarded() ? firstStage : Launching.NOTHING;
    boolean runs = false;
    try {
      boolean told = launch.outer().isPresent() ? start.read(firstStage) : start.readPid(firstStage);
      if (told && launch.outer().isPresent() && start.first() == 0) {
        mapIds(firstStage, launch.outer(), start.control(), descriptors);
        told = start.readPid(firstStage);
      }
      if (!told) {
        throw CarrelException.failed("cannot start a container: the process that sets it up was killed");
      }
      if (start.first() < 0) {
        throw start.failure();
      }
      Running running = start.running((int) start.first(), guard, watcher);
      runs = true;
      return running;
    } finally {
      if (guard == Launching.NOTHING) {
        Launching.reap(firstStage); // only now: it has freed its mounts while the container was set up
      } else if (!runs) {
        start.closeControl(); // the guard ends by that
        Launching.reap(firstStage);
      }
    }
  }

  @Override
  public Running launchThrough(Image image, Program inside, Given given) throws LaunchFailure, ToolFailure {
    Descriptors descriptors = new Descriptors();
    MemoryImage memory = (MemoryImage) image;
    int file = memory.acquire();
    try {
      describe(inside, given);
      Launching start = new Launching(memory.program(), given, descriptors);
      int tool = execute(file, start.inherited(Launching.NOTHING));
      start.closeChildEnds();
      boolean runs = false;
      try {
        Running running = start.runningThrough(inside, tool, watcher);
        runs = true;
        return running;
      } finally {
        if (!runs) {
          start.closeControl(); // the first process ends by that, and the tool with it
          Launching.reap(tool);
        }
      }
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
      describe(prepared.program(), given);
      Launching start = new Launching(prepared.program(), given, descriptors);
      prepared.clone(start.handed());
      start.closeChildEnds();
      if (!start.readPid(Launching.NOTHING)) {
        throw prepared.lost();
      }
      if (start.first() < 0) {
        throw start.failure();
      }
      return start.running((int) start.first(), Launching.NOTHING, watcher);
    } finally {
      descriptors.closeAll();
    }
  }

  /** Of a start that another process may have to end. */
  private static void describe(Program program, Given given) {
    if (given.held() && given.unattended()) {
      Path file = given.files().get(given.files().size() - 1);
      try {
        Files.write(file, StartFile.instructions(program));
      } catch (IOException e) {
        throw CarrelException.failed("cannot start a container: cannot write " + file + ": " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void proceed(Running held, Optional<Path> start) throws LaunchFailure {
    if (start.isPresent()) {
      new StartFile(start.get()).proceed((KnownProcess) held);
    } else {
      ((MachineProcess) held).proceed();
    }
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
    byte[] record = new byte[Launching.RECORD];
    boolean told = LibC.readFully(status[0], record) == Launching.RECORD;
    if (told && Launching.number(record, 0) == 0) {
      try {
        mapIds(builder, outer, control[0], descriptors);
      } catch (CarrelException e) {
        Launching.reap(builder);
        throw e;
      }
      told = LibC.readFully(status[0], record) == Launching.RECORD;
    }
    if (told && Launching.number(record, 0) > 0) {
      descriptors.give(control[0]);
      return new NamespaceTemplate(program, builder, control[0], mounts);
    }
    descriptors.close(control[0]);
    Launching.reap(builder);
    if (told) {
      throw Launching.failure(program, record);
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
}
