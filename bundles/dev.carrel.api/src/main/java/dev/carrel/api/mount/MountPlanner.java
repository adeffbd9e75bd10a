package dev.carrel.api.mount;

import org.osgi.annotation.versioning.ProviderType;

/** Brings mounts into an order that works and refuses what contradicts itself. A pure function: it touches no file. */
@ProviderType
public interface MountPlanner {
  /**
   * Plans a root file system.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if two different sources want one target, a target lies under
   *     a file, is relative or has {@code .} or {@code ..}, or lies in /proc or /sys; the message names both sides; or if the root
   *     directory is to be covered or made read-only
   */
  MountPlan plan(MountRequest request);
}
