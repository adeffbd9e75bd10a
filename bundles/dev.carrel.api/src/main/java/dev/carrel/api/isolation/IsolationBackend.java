package dev.carrel.api.isolation;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.mount.Mount;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/** Turns a launch plan into a running container. The service property {@value #NAME} repeats {@link #name()}. */
@ConsumerType
public interface IsolationBackend {
  /** Service property with the backend's name. */
  String NAME = "carrel.backend";

  /** The name users choose it by: {@code namespace}. */
  String name();

  /** Its version, or that of the tool it drives. */
  String version();

  /** What it can do. A specification that needs more is refused before anything is made. */
  Set<Feature> features();

  /** Why it cannot work on this host, and what to do about it; empty if it can. */
  Optional<String> unavailable();

  /**
   * Starts a container; returns once its program has been executed, or, if it is to be held, once everything else is done.
   *
   * @throws dev.carrel.api.CarrelException if that failed; nothing is left then
   */
  Running launch(LaunchPlan plan);

  /**
   * Executes the program of a container that was held; returns once it has been executed.
   *
   * @param running what {@link #launch} or {@link #adopt} gave
   * @param program what it was launched with
   * @param record the directory of a detached container
   * @throws dev.carrel.api.CarrelException if that failed; the container ends then
   */
  void proceed(Running running, Inside inside, ProcessSpec program, Optional<Path> record);

  /**
   * Takes hold of a container that this backend started in another process.
   *
   * @return nothing if it has ended
   * @throws dev.carrel.api.CarrelException if that cannot be done
   */
  Optional<Running> adopt(ContainerRecord record);

  /**
   * Starts another program in a container; returns once it has been executed.
   *
   * @param id the container's
   * @param running what {@link #launch} or {@link #adopt} gave
   * @param group the control groups it comes into, if the container has any of its own
   * @throws dev.carrel.api.CarrelException if that failed
   */
  Running enter(String id, Running running, Inside inside, Optional<GroupEntry> group, ProcessSpec program);

  /**
   * Mounts trees of the host in a container that runs, over what is at their targets; see {@link Feature#LATER_MOUNTS}. Either all of them or none.
   *
   * @param running what {@link #launch} or {@link #adopt} gave
   * @param mounts read-only; their targets are directories inside, with no symbolic link on the way
   * @throws CarrelException if that failed
   */
  default void mount(Running running, Inside inside, List<Mount.Bind> mounts) {
    throw CarrelException.usage("the backend " + name() + " cannot mount anything in a container that runs");
  }

  /** What {@link #launch} would do, in order; does nothing. */
  List<Step> explain(LaunchPlan plan);
}
