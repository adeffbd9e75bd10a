package dev.carrel.api.event;

import org.osgi.annotation.versioning.ConsumerType;

/** A service that is told what this process does to a store. It is told by whoever does that, and holds it up: be quick. */
@ConsumerType
public interface StoreListener {
  /** Something has happened. What it throws is told to the user, and changes nothing. */
  void happened(StoreEvent event);
}
