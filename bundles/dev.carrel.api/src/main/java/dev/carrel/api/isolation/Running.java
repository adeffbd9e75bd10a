package dev.carrel.api.isolation;

import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.TerminalSize;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ConsumerType;

/** A backend's hold on a container that runs. */
@ConsumerType
public interface Running {
  /** Its program; the pid is that of the container's first process. */
  Process process();

  /** Completes when nothing of the container is left. */
  CompletableFuture<ExitStatus> exit();

  /** Sends a signal to the program; does nothing once it has ended. */
  void signal(int signal);

  /** Sends a signal to everything inside but the first process; that has to be the backend's own. */
  void signalAll(int signal);

  /** Kills everything inside at once. */
  void kill();

  /** Tells the terminal its new size; does nothing without one. */
  void resize(TerminalSize size);

  /** Of a container that was started to be detached: from now on it outlives this JVM. */
  void detach();

  /** The program is not started again when it fails. */
  void renounceRestart();

  /** Stops everything inside. */
  void pause();

  /** Lets everything inside go on. */
  void resume();
}
