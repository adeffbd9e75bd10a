package dev.carrel.api.container;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The kinds of namespaces(7) that Carrel isolates with. */
public enum Namespace {
  USER,
  MOUNT,
  PID,
  NETWORK,
  IPC,
  UTS,
  CGROUP,
  TIME;

  /** Those of a container's own by default: all but TIME, as a container's clocks are the host's. */
  public static Set<Namespace> standard() {
    return standardBut(TIME);
  }

  /** The standard ones but one. */
  public static Set<Namespace> standardBut(Namespace shared) {
    return EnumSet.complementOf(EnumSet.of(TIME, shared));
  }

  /** The one of a word: its label, or the name it has in /proc/PID/ns. */
  public static Optional<Namespace> of(String word) {
    for (Namespace namespace : values()) {
      if (namespace.label().equals(word) || namespace.file().equals(word)) {
        return Optional.of(namespace);
      }
    }
    return Optional.empty();
  }

  /** Its name in /proc/PID/ns; see namespaces(7). */
  public String file() {
    return switch (this) {
      case MOUNT -> "mnt";
      case NETWORK -> "net";
      default -> label();
    };
  }

  /** The name a user knows: {@code user}, {@code mount}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
