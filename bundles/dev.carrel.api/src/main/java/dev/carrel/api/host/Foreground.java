package dev.carrel.api.host;

import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Stdio;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ProviderType;

/** Puts a container in this process's place: its terminal, its signals, its exit status. */
@ProviderType
public interface Foreground {
  /** Whether a descriptor of this process (0, 1, 2) is a terminal. */
  boolean isTerminal(int descriptor);

  /**
   * The streams that a container needs to be attached: a terminal of its own if standard input and output are one,
   * with standard error as it is beside it if that is none; otherwise what is no terminal is inherited and what is one is a
   * pipe, so that the container never holds the caller's terminal.
   */
  Stdio stdio();

  /**
   * Starts a program in a container with {@link #stdio()} and connects it until it ends: keys and output, window size, and
   * signals, which go to it, also those that come while it is started. The terminal is as before on every way out.
   *
   * @param start called once; what it returns is closed in the end
   * @param signals the names of those that are passed on, such as {@code TERM}; others do to this process what they always do
   * @throws dev.carrel.api.CarrelException what {@code start} throws
   */
  ExitStatus run(Supplier<? extends ContainedProcess> start, List<String> signals);

  /**
   * Runs a program of the host, in no container, with this process's streams, and waits for its end. It is in this process's group, so
   * that what is typed to interrupt it comes to it anyway; other signals go to it, also those that come while it is started.
   *
   * @param signals the names of those that are passed on
   * @throws IOException if it cannot be executed
   */
  ExitStatus run(ProcessBuilder program, List<String> signals) throws IOException;
}
