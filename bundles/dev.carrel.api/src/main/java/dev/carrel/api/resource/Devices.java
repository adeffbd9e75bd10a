package dev.carrel.api.resource;

import java.util.List;

/**
 * Which devices a container may use.
 *
 * @param every whether it may use all that it can open
 * @param more those it may use beside the harmless ones that every container has
 */
public record Devices(boolean every, List<Device> more) {
  /** A device's number. */
  public record Device(boolean block, int major, int minor) {}

  public Devices {
    more = List.copyOf(more);
  }
}
