package dev.carrel.api.network;

import java.util.Objects;
import java.util.Optional;

/**
 * A container that is to be attached. Its first process waits, in a network namespace that has a loopback interface, and its
 * program does not run yet.
 *
 * @param id the container's
 * @param name its name, by which others on its network find it
 * @param hostname its host name, if that is its own
 * @param pid of its first process, as the host sees it
 */
public record Guest(String id, Optional<String> name, Optional<String> hostname, long pid) {
  public Guest {
    Objects.requireNonNull(id);
    Objects.requireNonNull(name);
    Objects.requireNonNull(hostname);
    if (pid <= 0) {
      throw new IllegalArgumentException(pid + " is no pid");
    }
  }
}
