package dev.carrel.api.container;

import java.util.Objects;

/** Which system calls a container's programs can make; see seccomp(2). */
public sealed interface SystemCallFilter {
  /**
   * Carrel's own: everything but what no program in a container needs and kernels were attacked through. What belongs to
   * a capability is allowed with it, what a {@link Weakness} opens with that.
   */
  record Standard() implements SystemCallFilter {}

  /**
   * A profile in the form of the OCI runtime specification, with Docker's and Podman's additions.
   *
   * @param json its text
   * @param origin where it came from, for messages
   */
  record Oci(String json, String origin) implements SystemCallFilter {
    public Oci {
      Objects.requireNonNull(json);
      Objects.requireNonNull(origin);
    }

    @Override
    public String toString() {
      return origin;
    }
  }
}
