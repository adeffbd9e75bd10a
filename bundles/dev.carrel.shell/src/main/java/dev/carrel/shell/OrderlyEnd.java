package dev.carrel.shell;

import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import java.util.concurrent.CompletableFuture;

/** A container in the foreground whose first process is asked to end by a signal of its own: whatever asks this process to end becomes that. */
record OrderlyEnd(Container container) implements ContainedProcess {
  @Override
  public Stdio stdio() {
    return container.stdio();
  }

  @Override
  public Process process() {
    return container.process();
  }

  @Override
  public CompletableFuture<ExitStatus> exit() {
    return container.exit();
  }

  @Override
  public void signal(int signal) {
    container.signal(container.spec().life().stopSignal());
  }

  @Override
  public void resize(TerminalSize size) {
    container.resize(size);
  }

  @Override
  public void close() {
    container.close();
  }
}
