package dev.carrel.api.container;

import org.osgi.annotation.versioning.ProviderType;

/** A container that this JVM started. {@link #close()} kills it and forgets it, unless it is detached: that goes on. */
@ProviderType
public interface Container extends ContainerHandle, ContainedProcess {
  /** What it was started from. */
  ContainerSpec spec();
}
