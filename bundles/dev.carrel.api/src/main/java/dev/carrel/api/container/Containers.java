package dev.carrel.api.container;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The front door: starts containers and knows those it started. Safe to use from many threads. */
@ProviderType
public interface Containers {
  /**
   * Starts a container; returns once its program runs.
   *
   * @throws dev.carrel.api.CarrelException if it could not be started; nothing of it is left then
   */
  Container start(ContainerSpec spec);

  /**
   * Makes a container whose program is executed only by {@link ContainerHandle#start()}: until then, others can prepare what it finds
   * in its namespaces.
   *
   * @throws dev.carrel.api.CarrelException if it could not be made; nothing of it is left then
   */
  Container create(ContainerSpec spec);

  /** The containers that this service started or created, and that have not ended. */
  List<Container> list();

  /**
   * All containers that are to be found: those of {@link #list()}, and what is recorded of this user's in other processes,
   * detached ones that have ended included. In the order in which they were started.
   */
  List<ContainerHandle> all();

  /**
   * The container of an id, of the beginning of an id that only one has, or of a name.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if several ids begin so
   */
  Optional<ContainerHandle> find(String idOrName);

  /**
   * Forgets a container that has ended.
   *
   * @throws dev.carrel.api.CarrelException if it runs
   */
  void remove(ContainerHandle container);

  /**
   * Removes what belongs to no living container: records of those that have ended, and what a killed process has left. Running
   * containers stay.
   *
   * @return what was removed, a line for each
   */
  List<String> clean();

  /** What {@link #start} would do; does nothing. */
  Explanation explain(ContainerSpec spec);
}
