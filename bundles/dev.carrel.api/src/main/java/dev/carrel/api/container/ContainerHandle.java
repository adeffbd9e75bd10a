package dev.carrel.api.container;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/** A hold on a container, whoever started it; what {@link ProcessHandle} is to {@link Process}. */
@ProviderType
public interface ContainerHandle {
  /** Names it among the containers of this user. */
  String id();

  /** What is known of it now. */
  ContainerInfo info();

  /**
   * What was done to make it, as its backend would do it now. Values of variables but PATH, and what Carrel writes into files, are not in there: secrets
   * are given that way.
   *
   * @return nothing if that was not kept
   * @throws dev.carrel.api.CarrelException if its backend is gone
   */
  default Optional<Explanation> explain() {
    return Optional.empty();
  }

  /** Completes when the container has ended and nothing of it runs any more; at once if it has. */
  CompletableFuture<ExitStatus> exit();

  /**
   * Executes the program of a container that was created; returns once it was executed.
   *
   * @throws dev.carrel.api.CarrelException if it was started before, has ended, or its program cannot be executed: it has ended then
   */
  void start();

  /**
   * Sends a signal to the program; does nothing once it has ended.
   *
   * @param signal its number; see signal(7)
   */
  void signal(int signal);

  /**
   * Sends a signal to everything inside but the first process, if that is Carrel's.
   *
   * @throws dev.carrel.api.CarrelException if the container has ended, or has no first process of Carrel's
   */
  void signalAll(int signal);

  /**
   * The processes inside, its first one included, as the host sees them; none once it has ended.
   *
   * @throws dev.carrel.api.CarrelException if it has no pid namespace of its own, by which they could be told
   */
  List<ProcessHandle> processes();

  /**
   * Asks the program to end (SIGTERM), waits, and then kills everything inside; at once and without asking, if it is not to wait. It is not
   * restarted. Returns how it ended, also if that was before.
   */
  ExitStatus stop(Duration grace);

  /**
   * Starts another program in all of the container's namespaces, confined like the container.
   *
   * @throws dev.carrel.api.CarrelException if the container has ended or is paused, or the program cannot be executed
   */
  default ContainedProcess exec(ProcessSpec program) {
    return exec(program, Optional.empty());
  }

  /**
   * The same as somebody else, if the container has more ids than one.
   *
   * @param user who it is; empty: as the container's own program
   * @throws dev.carrel.api.CarrelException as above, or if that user does not exist inside
   */
  ContainedProcess exec(ProcessSpec program, Optional<GuestUser> user);

  /**
   * What its program has printed.
   *
   * @throws dev.carrel.api.CarrelException if it is not detached: its output went to who started it
   */
  ContainerLog log();

  /**
   * Stops everything inside until {@link #resume()}: a detached container with limits by the kernel's freezer, another one by SIGSTOP.
   *
   * @throws dev.carrel.api.CarrelException if the container has ended
   */
  void pause();

  /**
   * Lets everything inside go on.
   *
   * @throws dev.carrel.api.CarrelException if the container has ended
   */
  void resume();

  /**
   * Changes what it may consume; what is not spoken of stays as it is.
   *
   * @throws dev.carrel.api.CarrelException if it has ended, was started without limits, or this host cannot have one of these
   */
  void update(Limits limits);

  /**
   * Mounts directories of the host in it, read-only, over what is at their targets: either all of them or none. What has opened files there keeps them.
   *
   * @throws dev.carrel.api.CarrelException if it has ended or is paused, its backend cannot do that, or there is no such directory inside
   */
  default void mount(List<Mount.Bind> mounts) {
    throw CarrelException.usage("cannot mount anything in container " + id() + " while it runs");
  }

  /** What it consumes, as far as it is counted; empty if it was started without limits, or has ended. */
  Optional<Usage> usage();
}
