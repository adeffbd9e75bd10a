package dev.carrel.engine;

import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.isolation.Running;
import java.util.concurrent.CompletableFuture;

/** A program that was started in a container later. */
record StartedProgram(Running running, Stdio stdio) implements ContainedProcess {
  @Override
  public Process process() {
    return running.process();
  }

  @Override
  public CompletableFuture<ExitStatus> exit() {
    return running.exit().copy();
  }

  @Override
  public void signal(int signal) {
    running.signal(signal);
  }

  @Override
  public void resize(TerminalSize size) {
    running.resize(size);
  }

  @Override
  public void close() {
    running.kill();
  }
}
