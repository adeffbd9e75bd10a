package dev.carrel.api.container;

import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/** A program in a container that this JVM started: the container's own, or one that was started in it later. */
@ProviderType
public interface ContainedProcess extends AutoCloseable {
  /**
   * As the JDK knows processes: streams, {@code waitFor}, {@code onExit}, {@code destroy}. The pid is that of the container's
   * first process, or of the program itself if it was started later, as the host sees it; the exit value is
   * {@link ExitStatus#shellStatus()}.
   */
  Process process();

  /** What its standard streams are. */
  Stdio stdio();

  /** Completes when it has ended. */
  CompletableFuture<ExitStatus> exit();

  /**
   * Sends it a signal; does nothing once it has ended.
   *
   * @param signal its number; see signal(7)
   */
  void signal(int signal);

  /** Tells its terminal the new size; does nothing without a terminal. */
  void resize(TerminalSize size);

  /** Kills it if it has not ended, and frees what is held for it. Twice is once. */
  @Override
  void close();
}
