package dev.carrel.api.mount;

import java.util.Locale;
import java.util.Optional;

/** What becomes of later mounts below a tree of the host; see mount_namespaces(7). What a container mounts never reaches the host. */
public enum Propagation {
  /** The container sees what was mounted when it started. */
  PRIVATE,
  /**
   * What the host mounts and unmounts below it later happens inside, too. It comes with the flags that the host gives it: what a container
   * cannot do in its own mounts by their flags, it can do there.
   */
  SLAVE,
  /** As {@link #PRIVATE}, and it cannot be mounted once more inside. */
  UNBINDABLE,
  /** What a program of the container mounts below it is seen in all mount namespaces that were made inside. */
  SHARED;

  /** The word on a command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of a word. */
  public static Optional<Propagation> of(String label) {
    for (Propagation propagation : values()) {
      if (propagation.label().equals(label)) {
        return Optional.of(propagation);
      }
    }
    return Optional.empty();
  }
}
