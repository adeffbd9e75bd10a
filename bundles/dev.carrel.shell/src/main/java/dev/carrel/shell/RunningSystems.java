package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.Systems;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What is done to systems while they run. */
final class RunningSystems {
  private final Systems systems;
  private final Containers containers;

  RunningSystems(Systems systems, Containers containers) {
    this.systems = systems;
    this.containers = containers;
  }

  /** The containers that are started from a system of this name, and run. */
  List<ContainerHandle> of(SystemName name) {
    List<ContainerHandle> running = new ArrayList<>();
    for (ContainerHandle container : containers.all()) {
      ContainerInfo info = container.info();
      if (info.state() == State.RUNNING && name.name().equals(info.annotations().get(SystemLine.SYSTEM))) {
        running.add(container);
      }
    }
    return running;
  }

  /**
   * Has one take up the files, services and limits of another generation.
   *
   * @param told gets what it says of that; before anything changes, what needs another start
   * @throws CarrelException if it could not, or a service of the new generation does not start
   */
  void reconfigure(ContainerHandle container, SystemStart next, Consumer<String> told) {
    ContainerInfo info = container.info();
    String called = info.name().orElse(info.id());
    String noted = run(container, called, "look what it is", List.of("sh", "-c", "cat " + SystemChange.NOTE + " 2>/dev/null || :"), "").strip();
    Path item = Path.of(info.annotations().get(SystemLine.ITEM));
    SystemStart present = systems.start(present(item, noted));
    if (!present.init().equals(next.init())) {
      throw CarrelException.failed("cannot reconfigure " + called + ": it runs " + present.init() + ", and is to run " + next.init()
          + ". Stop it and start the new generation");
    }
    boolean packages = !present.profile().equals(next.profile()) && mounted(container, next);
    SystemDifference difference = new SystemDifference(systems.start(item), present, next, packages || present.profile().equals(next.profile()));
    for (String later : difference.later(info)) {
      told.accept(called + ": " + later + " change when it is started again");
    }
    if (packages) {
      told.accept(called + ": " + difference.packages() + " are those of the new generation now; what runs goes on with what it has opened");
    }
    Optional<Limits> limits = difference.limits(info);
    if (limits.isPresent()) {
      container.update(limits.get());
      told.accept(called + ": has the limits that are declared now");
    }
    run(container, called, "change its files", List.of("sh", "-s"), new SystemChange(present, next, packages).script());
    for (List<String> command : next.change()) {
      run(container, called, "change its services", command, "").lines().forEach(line -> told.accept(called + ": " + line));
    }
  }

  /** Whether it has the other packages now: nothing else has changed if not. */
  private static boolean mounted(ContainerHandle container, SystemStart next) {
    try {
      Path programs = next.profile().toRealPath().resolve("usr");
      container.mount(List.of(new Mount.Bind(programs, Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false)));
      return true;
    } catch (CarrelException e) {
      if (e.kind() != CarrelException.Kind.USAGE) {
        throw e;
      }
      return false; // its backend cannot
    } catch (IOException e) {
      throw CarrelException.failed("cannot find the packages of the new generation: " + e + ". carrel store verify tells what is wrong", e);
    }
  }

  /** What a container says of itself counts only if it is an item beside that which it was started from: anybody inside may have said it. */
  static Path present(Path started, String noted) {
    String name = noted.substring(noted.lastIndexOf('/') + 1);
    boolean isItem = name.matches("[0-9a-z]{32}-[A-Za-z0-9+._-]+") && noted.equals(started.resolveSibling(name).toString());
    return isItem ? Path.of(noted) : started;
  }

  private static String run(ContainerHandle container, String called, String purpose, List<String> command, String input) {
    ProcessSpec own = container.info().process();
    ProcessSpec program = new ProcessSpec(command, own.environment(), Path.of("/"), Stdio.pipes());
    try (ContainedProcess process = container.exec(program)) {
      StringBuilder errors = new StringBuilder();
      Thread reader = new Thread(() -> errors.append(text(process)), "carrel-errors");
      reader.setDaemon(true);
      reader.start();
      give(input, process);
      String output = new String(process.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      reader.join();
      int status = process.exit().join().shellStatus();
      if (status != 0) {
        throw CarrelException.failed("cannot reconfigure " + called + ": to " + purpose + " ended with status " + status + ". It said: "
            + (output + errors).strip().replace("\n", "; "));
      }
      return output;
    } catch (IOException e) {
      throw CarrelException.failed("cannot reconfigure " + called + ": " + e.getMessage() + ". Is it still there? carrel list shows it", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CarrelException.failed("reconfiguring " + called + " was interrupted", e);
    }
  }

  /** What it prints while it still reads is less than a pipe holds. */
  private static void give(String input, ContainedProcess process) {
    try (OutputStream in = process.process().getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It reads no more, as it has ended: how, its status and its errors tell.
    }
  }

  private static String text(ContainedProcess process) {
    try {
      return new String(process.process().getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
