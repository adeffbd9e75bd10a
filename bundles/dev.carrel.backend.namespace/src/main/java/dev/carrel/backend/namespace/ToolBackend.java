package dev.carrel.backend.namespace;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.host.Host;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.isolation.Step;
import dev.carrel.linux.Image;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.Launcher.Given;
import dev.carrel.linux.Launcher.Launch;
import dev.carrel.linux.machine.Instruction;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.seccomp.FilterCompiler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this backend can do for another one that has a tool make namespaces and mounts: everything else. The first process is the same as
 * ever, and so are its streams, terminal, output, restarts and end, how its program is confined, and how others enter. The other backend's
 * bundle has a copy of this package of its own, as no bundle of a backend exports anything.
 */
public final class ToolBackend {
  private final Launcher launcher;
  private final Host host;
  private final Filters filters;
  private final UserNamespaces userNamespaces = new UserNamespaces();
  private Account account;

  /**
   * What a tool is to do.
   *
   * @param arguments those that lead to the program inside, which it executes as PID 1
   * @param data the contents of files that they name by descriptors, from {@link #descriptor} of 0 on
   */
  public record Command(List<String> arguments, List<byte[]> data) {
    public Command {
      arguments = List.copyOf(arguments);
      data = List.copyOf(data);
    }
  }

  /** On these services. */
  public ToolBackend(Launcher launcher, Host host, FilterCompiler compiler) {
    this.launcher = launcher;
    this.host = host;
    this.filters = new Filters(compiler, Optional.empty());
  }

  /** The number of the descriptor with some data of a command. */
  public static int descriptor(int data) {
    return ToolPrograms.DATA + data;
  }

  /** Why nobody here can make a user namespace, and what to do; empty if nothing speaks against it. */
  public Optional<String> unavailable() {
    return userNamespaces.forbidden();
  }

  /**
   * Starts a container through a tool.
   *
   * @param tool the path of the tool
   * @throws CarrelException if that failed; nothing is left then
   */
  public Running launch(LaunchPlan plan, Path tool, Command command) {
    Path report = report();
    Program inside = ToolPrograms.inside(plan, account(), filters.of(plan.spec().security()));
    Program around = ToolPrograms.around(plan, account(), command, ToolPrograms.words(tool), report, inside);
    try (Image image = launcher.image(around)) {
      Optional<Running> running = launcher.launchThrough(image, inside, PreparedStart.given(plan, account()));
      if (running.isPresent()) {
        return running.get();
      }
      throw CarrelException.failed("cannot start a container: " + tool + " failed: " + said(report) + advice());
    } catch (LaunchFailure failure) {
      throw failures(plan.spec().process(), Inside.of(plan.spec())).explain(failure);
    } finally {
      delete(report);
    }
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#explain}. */
  public List<Step> explain(LaunchPlan plan, Path tool, Command command) {
    Program inside = ToolPrograms.inside(plan, account(), filters.of(plan.spec().security()));
    Program around = ToolPrograms.around(plan, account(), command, ToolPrograms.words(tool), Path.of("/tmp/carrel-report"), inside);
    List<Step> steps = new ArrayList<>();
    steps.add(new Step("jvm", "posix_spawn(\"/proc/self/fd/<image>\", [\"carrel\"], [], {3: status, 4: control})"));
    for (Instruction instruction : around.instructions()) {
      steps.add(new Step(instruction.actor(), instruction.toString()));
    }
    for (Instruction instruction : inside.instructions()) {
      steps.add(new Step(instruction.actor(), instruction.toString()));
    }
    return steps;
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#adopt}. */
  public Optional<Running> adopt(ContainerRecord record) {
    return launcher.adopt(record.pid(), record.startTime(), record.directory().resolve(ContainerRecord.EXIT));
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#proceed}. */
  public void proceed(Running running, Inside inside, ProcessSpec process, Optional<Path> record) {
    try {
      launcher.proceed(running, record.isPresent() ? Optional.of(record.get().resolve(ContainerRecord.START)) : record);
    } catch (LaunchFailure failure) {
      throw failures(process, inside).explain(failure);
    }
  }

  /** See {@link dev.carrel.api.isolation.IsolationBackend#enter}. */
  public Running enter(String id, Running running, Inside inside, Optional<GroupEntry> group, ProcessSpec process) {
    Program program = EnterProgram.of(inside, group, process, account(), filters.of(inside.security()));
    try (Image image = launcher.image(program)) {
      Given given = new Given(process.stdio(), List.of(), group, Optional.empty(), PreparedStart.listener(id, inside.security()));
      return launcher.launch(new Launch(image, given, Optional.of(running), Optional.empty()));
    } catch (LaunchFailure failure) {
      throw failures(process, inside).explain(failure);
    }
  }

  private synchronized Account account() {
    if (account == null) {
      long uid = host.account().uid();
      long gid = host.account().gid();
      account = new Account(uid, gid, host.administers(), userNamespaces.setsGroups(), uid, gid);
    }
    return account;
  }

  private Failures failures(ProcessSpec process, Inside inside) {
    return new Failures(process, inside, account().root(), userNamespaces);
  }

  private String advice() {
    Optional<String> reason = account().root() ? userNamespaces.forbidden() : userNamespaces.forbiddenToUsers();
    return reason.isPresent() ? ". Maybe as " + reason.get() : ". carrel run without --backend starts it by Carrel's own means";
  }

  private static Path report() {
    try {
      return Files.createTempFile("carrel-", ".report");
    } catch (IOException e) {
      throw CarrelException.failed("cannot start a container: cannot make a file for what the tool says: " + e.getMessage(), e);
    }
  }

  private static String said(Path report) {
    try {
      String text = new String(Files.readAllBytes(report), StandardCharsets.UTF_8).strip().replace('\n', ' ');
      return text.isEmpty() ? "it was killed" : text;
    } catch (IOException e) {
      return "what it said cannot be read: " + e.getMessage();
    }
  }

  private static void delete(Path report) {
    try {
      Files.deleteIfExists(report);
    } catch (IOException e) {
      // of no size, and gone with the directory for temporary files
    }
  }
}
