package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ResourceLimit;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Host;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.Configuration.Report;
import dev.carrel.api.store.Configuration.Report.Failed;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The container in which scripts of packages run. They seem to be root, and can change the tree of their packages as it appears to them;
 * what they change is kept beside it. There is nothing else of the host, and no network.
 */
final class ScriptContainer {
  /** Where what they need is found inside. */
  static final Path MATERIAL = Path.of("/run/carrel-configuration");

  private static final String MEMORY = "25%";
  /** What root of a system of its own would use on files, and to end processes; that owners change, it only seems. */
  private static final Set<Capability> CAPABILITIES = Set.of(Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.FOWNER,
      Capability.FSETID, Capability.KILL, Capability.SETGID, Capability.SETUID);
  /** What is taken over is copied, and a file that only seems to have a size has it then. */
  private static final long LARGEST_FILE = 4L << 30;
  private static final long PULSE = 100; // milliseconds

  private final Containers containers;
  private final Host host;
  private final Optional<String> backend;
  private final Duration limit;
  private final Progress progress;
  private final ScriptOutput output = new ScriptOutput();

  ScriptContainer(Containers containers, Host host, Optional<String> backend, Duration limit, Progress progress) {
    this.containers = containers;
    this.host = host;
    this.backend = backend;
    this.limit = limit;
    this.progress = progress;
  }

  /** What was printed, or the end of it. */
  String output() {
    return output.text();
  }

  /**
   * Runs a program to its end, once.
   *
   * @param changes an empty directory for what it changes
   * @return which script failed; empty: none
   */
  Optional<Failed> run(Configuration configuration, Configuration.Program program, Path tree, Path changes, Path material) throws IOException {
    try (Progress.Task task = progress.begin("configuring", program.steps(), Progress.Unit.ITEMS);
        Container container = start(program, tree, changes, material)) {
      ScriptReports reports = new ScriptReports(configuration, program.steps(), task);
      Thread reader = reading("carrel-output", () -> output.read(container.process().getInputStream()));
      Thread listener = reading("carrel-reports", () -> reports.read(container.process().getErrorStream()));
      Optional<ExitStatus> ended = await(container, reports);
      if (ended.isEmpty()) {
        container.close();
      }
      reader.join();
      listener.join();
      return outcome(ended, reports);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private Optional<Failed> outcome(Optional<ExitStatus> ended, ScriptReports reports) {
    if (ended.isEmpty()) {
      return Optional.of(new Failed(reports.current(), "its script did not end within " + limit.toSeconds()
          + " s, which --script-timeout=SECONDS can change"));
    }
    if (reports.failed().isPresent() || ended.get().equals(ExitStatus.exited(0))) {
      return reports.failed();
    }
    ExitStatus status = ended.get();
    return Optional.of(new Failed(reports.current(), status.signal().isPresent()
        ? "what ran it was ended by signal " + status.signal().getAsInt() : "what ran it ended with status " + status.code()));
  }

  private static Thread reading(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** How it ended; empty if one script took too long. */
  private Optional<ExitStatus> await(Container container, ScriptReports reports) throws InterruptedException {
    while (true) {
      try {
        return Optional.of(container.exit().get(PULSE, TimeUnit.MILLISECONDS));
      } catch (TimeoutException e) {
        if (reports.silence() > limit.toNanos()) {
          return Optional.empty();
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("it is not known how the container ended", e.getCause());
      }
    }
  }

  private Container start(Configuration.Program program, Path tree, Path changes, Path material) throws IOException {
    Account root = new Account("root", 0, 0, "root", Path.of("/root"), "/bin/sh");
    ProcessSpec process = new ProcessSpec(program.command(), program.environment(), Path.of("/"),
        Stdio.pipes().withInput(Stdio.Redirect.DISCARD));
    ContainerSpec spec = new ContainerSpec(process, Namespace.standard(), new Identities(host, root).ofPretendedRoot(), Optional.of("localhost"),
        new RootSpec(mounts(tree, changes, material), List.of(), true), NetworkSpec.NONE, backend).withSecurity(
            Security.standard().withCapabilities(CAPABILITIES).withSystemCalls(new SystemCallFilter.PretendedRoot())
                .withLimit(ResourceLimit.FSIZE, new ResourceLimit.Range(LARGEST_FILE, LARGEST_FILE)));
    try {
      return containers.start(spec);
    } catch (CarrelException e) {
      throw new CarrelException(e.kind(), "cannot configure packages: " + e.getMessage()
          + ". If that comes from the file system of the store, set CARREL_STORE to a directory on another one; or leave them"
          + " unconfigured with --no-scripts", e);
    }
  }

  private static List<Mount> mounts(Path tree, Path changes, Path material) throws IOException {
    List<Mount> mounts = new ArrayList<>(24);
    for (String name : SoftwareTree.PROFILE_DIRECTORIES) {
      Path kept = Files.createDirectory(changes.resolve(name));
      mounts.add(new Mount.Overlay(Path.of("/", name), List.of(tree.resolve(name).toRealPath()), Optional.of(kept.toRealPath()), true, MEMORY));
    }
    SoftwareTree.merge(tree, mounts);
    mounts.add(new Mount.Tmpfs(Path.of("/tmp"), 01777, MEMORY));
    mounts.add(new Mount.Tmpfs(Path.of("/run"), 0755, MEMORY));
    mounts.add(new Mount.Bind(material.toRealPath(), MATERIAL, Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    return mounts;
  }
}
