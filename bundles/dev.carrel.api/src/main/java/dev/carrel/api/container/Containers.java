package dev.carrel.api.container;

import java.util.List;
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

  /** The running containers that this service started. */
  List<Container> list();

  /** What {@link #start} would do; does nothing. */
  Explanation explain(ContainerSpec spec);
}
