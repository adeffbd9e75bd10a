package dev.carrel.api.resource;

import java.util.OptionalLong;

/**
 * Word that processes of a container were killed as it had no more memory to get.
 *
 * @param kills how many
 * @param limit its bytes of memory; empty: it had no limit of its own, another one above it was reached
 * @param peak the most it ever had, in bytes; empty: the kernel does not tell
 */
public record OutOfMemory(long kills, OptionalLong limit, OptionalLong peak) {
  public OutOfMemory {
    if (kills < 1) {
      throw new IllegalArgumentException("nothing was killed");
    }
  }
}
