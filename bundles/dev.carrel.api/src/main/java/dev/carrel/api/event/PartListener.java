package dev.carrel.api.event;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service that is told which parts of Carrel come and go. It is told in their order, on one thread of its own kind: it holds up no
 * bundle, and may take its time, but other listeners wait for it.
 */
@ConsumerType
public interface PartListener {
  /** Something has happened. What it throws is told to the user, and changes nothing. */
  void happened(PartEvent event);
}
