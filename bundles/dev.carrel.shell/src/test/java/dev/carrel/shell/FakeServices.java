package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerLog;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Explanation;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.environment.SearchPaths;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** All services that a start needs; they write down what is asked of them and start nothing. */
final class FakeServices implements Workplaces, Containers, Foreground {
  final List<String> calls = new ArrayList<>();
  final List<WorkplaceRequest> requests = new ArrayList<>();
  Stdio stdio = Stdio.inherit();
  boolean terminal;
  ExitStatus exit = ExitStatus.exited(0);
  CarrelException failure;
  SearchPaths paths = new SearchPaths(Optional.empty(), Map.of(), List.of());
  final List<ProcessBuilder> programs = new ArrayList<>();

  @Override
  public Workplace prepare(WorkplaceRequest request, Progress progress) {
    requests.add(request);
    calls.add("prepare");
    fail();
    return Example.workplace();
  }

  @Override
  public Workplace plan(WorkplaceRequest request, Progress progress) {
    requests.add(request);
    calls.add("plan");
    fail();
    return Example.workplace();
  }

  @Override
  public SearchPaths searchPaths(WorkplaceRequest request, Progress progress) {
    requests.add(request);
    calls.add("searchPaths");
    fail();
    return paths;
  }

  @Override
  public ExitStatus run(ProcessBuilder program, List<String> signals) throws IOException {
    calls.add("run " + String.join(" ", program.command()));
    programs.add(program);
    return exit;
  }

  private void fail() {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public Container start(ContainerSpec spec) {
    calls.add("start");
    return new Started(spec);
  }

  @Override
  public Container create(ContainerSpec spec) {
    calls.add("create");
    return new Started(spec);
  }

  @Override
  public List<Container> list() {
    return List.of();
  }

  @Override
  public List<ContainerHandle> all() {
    return List.of();
  }

  @Override
  public Optional<ContainerHandle> find(String idOrName) {
    return Optional.empty();
  }

  @Override
  public void remove(ContainerHandle container) {
    calls.add("remove");
  }

  @Override
  public List<String> clean() {
    return List.of();
  }

  @Override
  public Explanation explain(ContainerSpec spec) {
    calls.add("explain");
    return Example.explanation();
  }

  @Override
  public boolean isTerminal(int descriptor) {
    return terminal;
  }

  @Override
  public Stdio stdio() {
    return stdio;
  }

  @Override
  public ExitStatus run(Supplier<? extends ContainedProcess> start, List<String> signals) {
    calls.add("run");
    try (ContainedProcess container = start.get()) {
      return exit;
    }
  }

  private final class Started implements Container {
    private final ContainerSpec spec;

    Started(ContainerSpec spec) {
      this.spec = spec;
    }

    @Override
    public String id() {
      return "c1";
    }

    @Override
    public ContainerSpec spec() {
      return spec;
    }

    @Override
    public Stdio stdio() {
      return spec.process().stdio();
    }

    @Override
    public ContainerInfo info() {
      throw new UnsupportedOperationException("nothing was started");
    }

    @Override
    public ContainedProcess exec(ProcessSpec program, Optional<dev.carrel.api.container.GuestUser> user) {
      throw new UnsupportedOperationException("nothing was started");
    }

    @Override
    public ContainerLog log() {
      throw new UnsupportedOperationException("nothing was started");
    }

    @Override
    public void update(Limits limits) {
      calls.add("update " + limits);
    }

    @Override
    public Optional<Usage> usage() {
      return Optional.empty();
    }

    @Override
    public void pause() {
      calls.add("pause");
    }

    @Override
    public void resume() {
      calls.add("resume");
    }

    @Override
    public Process process() {
      throw new UnsupportedOperationException("nothing was started");
    }

    @Override
    public CompletableFuture<ExitStatus> exit() {
      return CompletableFuture.completedFuture(exit);
    }

    @Override
    public void start() {
      calls.add("proceed");
    }

    @Override
    public void signalAll(int signal) {
      calls.add("signal all " + signal);
    }

    @Override
    public List<ProcessHandle> processes() {
      return List.of();
    }

    @Override
    public void signal(int signal) {
      calls.add("signal " + signal);
    }

    @Override
    public void resize(TerminalSize size) {
      calls.add("resize");
    }

    @Override
    public ExitStatus stop(Duration grace) {
      return exit;
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }
}
