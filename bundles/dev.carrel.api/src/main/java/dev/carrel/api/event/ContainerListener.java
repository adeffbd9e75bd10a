package dev.carrel.api.event;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service that is told what becomes of containers: whoever wants to know registers one. It is told of each container's turns in their
 * order, on one thread of its own kind: it holds up no container, and may take its time, but other listeners wait for it.
 */
@ConsumerType
public interface ContainerListener {
  /** Something has happened. What it throws is told to the user, and changes nothing. */
  void happened(ContainerEvent event);
}
