package dev.carrel.api.container;

import java.util.List;
import java.util.Objects;

/** Which system calls a container's programs can make; see seccomp(2). */
public sealed interface SystemCallFilter {
  /**
   * Carrel's own: everything but what no program in a container needs and kernels were attacked through. What belongs to
   * a capability is allowed with it, what a {@link Weakness} opens with that.
   */
  record Standard() implements SystemCallFilter {}

  /**
   * As Carrel's own; and what only root with every id and device could do seems to succeed, and does nothing: to give files to
   * others, to become somebody else, to make devices. Nor is anything waited for until it is on a device. For programs that
   * install software.
   */
  record PretendedRoot() implements SystemCallFilter {}

  /**
   * Several at once: the strictest answer counts, as seccomp(2) says.
   *
   * @param filters in the order in which they come into force; each has to let the next ones come
   */
  record Several(List<SystemCallFilter> filters) implements SystemCallFilter {
    public Several {
      filters = List.copyOf(filters);
      for (SystemCallFilter filter : filters) {
        if (filter instanceof Several) {
          throw new IllegalArgumentException("filters are listed once");
        }
      }
    }

    @Override
    public List<SystemCallFilter> parts() {
      return filters;
    }
  }

  /** Those that it consists of, in their order. */
  default List<SystemCallFilter> parts() {
    return List.of(this);
  }

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
