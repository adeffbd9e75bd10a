package dev.carrel.api.container;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/** A container that was started. */
@ProviderType
public interface Container extends AutoCloseable {
  /** Names it among the containers of this user. */
  String id();

  /** What it was started from. */
  ContainerSpec spec();

  /**
   * Its program, as the JDK's own process: streams, {@code waitFor}, {@code onExit}, {@code destroy}. The pid is that
   * of the container's first process, as the host sees it; the exit value is {@link ExitStatus#shellStatus()}.
   */
  Process process();

  /** Completes when the container has ended and everything of it is gone. */
  CompletableFuture<ExitStatus> exit();

  /**
   * Sends a signal to the program; does nothing once it has ended.
   *
   * @param signal its number; see signal(7)
   */
  void signal(int signal);

  /** Tells the container's terminal its new size; does nothing without a terminal. */
  void resize(TerminalSize size);

  /** Asks the program to end (SIGTERM), waits, and then kills everything inside. Returns how it ended. */
  ExitStatus stop(Duration grace);

  /** Kills what is left inside and frees what is held for it. Twice is once. */
  @Override
  void close();
}
