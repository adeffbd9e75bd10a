package dev.carrel.backend.namespace;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Life.FirstProcess;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.linux.Image;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.MountTemplate;
import dev.carrel.linux.ToolFailure;
import dev.carrel.linux.host.LinuxHost;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.SlowedProgram;
import dev.carrel.linux.process.SpawnLauncher;
import dev.carrel.linux.seccomp.LibSeccompCompiler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A program for tests that kill it: starts a container whose set-up waits before one of its instructions, and then does nothing;
 * {@code KIND INDEX MILLIS DIRECTORY}. It says how many instructions there are, when its
 * container has started and is about to be let go, if it is a detached one, and that it has started.
 */
final class StartInAnotherJvm {
  private StartInAnotherJvm() {}

  public static void main(String[] arguments) throws Exception {
    String kind = arguments[0];
    Path directory = Path.of(arguments[3]);
    NamespaceBackend backend = new NamespaceBackend(new Slow(new SpawnLauncher(), kind.equals("template") ? "template" : "stage1",
        Integer.parseInt(arguments[1]), Long.parseLong(arguments[2])), new LinuxHost(), new LibSeccompCompiler(), Optional.empty());
    LaunchPlan plan = plan(kind, directory);
    if (kind.equals("template")) {
      backend.launch(plan).kill();
    }
    Running running = backend.launch(plan);
    System.out.println("letting go");
    if (kind.startsWith("detached")) {
      running.detach();
    }
    System.out.println("started");
    Thread.sleep(60_000);
  }

  private static LaunchPlan plan(String kind, Path directory) throws Exception {
    LaunchPlan plan = new Fixture().plan(Stdio.discard(), false, Set.copyOf(Namespace.standard()), List.of("/bin/sleep", "4321"));
    ContainerSpec spec = plan.spec();
    if (kind.equals("first")) {
      spec = spec.withLife(Life.unrecorded().withFirst(FirstProcess.PROGRAM));
    } else if (kind.startsWith("detached")) {
      Life life = Life.detached(Optional.empty(), Life.Restart.never());
      spec = spec.withLife(kind.equals("detached") ? life : life.withFirst(FirstProcess.PROGRAM));
      for (String file : List.of(ContainerRecord.EXIT, ContainerRecord.LOG, ContainerRecord.OTHER_LOG, ContainerRecord.RESTARTS)) {
        Files.write(directory.resolve(file), new byte[0]);
      }
    }
    return new LaunchPlan("test", spec, plan.mounts(), false, kind.startsWith("detached") ? Optional.of(directory) : Optional.empty());
  }

  /** Slows the programs that begin as one actor. */
  private record Slow(Launcher launcher, String actor, int index, long millis) implements Launcher {
    @Override
    public Image image(Program program) {
      if (!program.instructions().get(0).actor().equals(actor)) {
        return launcher.image(program);
      }
      System.out.println(program.instructions().size());
      return launcher.image(index < program.instructions().size() ? SlowedProgram.of(program, index, millis) : program);
    }

    @Override
    public Running launch(Launch launch) throws LaunchFailure {
      return launcher.launch(launch);
    }

    @Override
    public Running launchThrough(Image image, Program inside, Given given) throws LaunchFailure, ToolFailure {
      return launcher.launchThrough(image, inside, given);
    }

    @Override
    public void proceed(Running held, Optional<Path> start) throws LaunchFailure {
      launcher.proceed(held, start);
    }

    @Override
    public MountTemplate template(Image image, List<String> sources, Optional<IdMaps> outer) throws LaunchFailure {
      return launcher.template(image, sources, outer);
    }

    @Override
    public Running launch(MountTemplate template, Given given) throws LaunchFailure {
      return launcher.launch(template, given);
    }

    @Override
    public Optional<Running> adopt(long pid, long startTime, Path exit) {
      return launcher.adopt(pid, startTime, exit);
    }
  }
}
