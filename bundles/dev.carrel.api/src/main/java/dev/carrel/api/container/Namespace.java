package dev.carrel.api.container;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The kinds of namespaces(7) that Carrel isolates with. */
public enum Namespace {
  USER,
  MOUNT,
  PID,
  NETWORK,
  IPC,
  UTS,
  CGROUP;

  /** All of them, the default of a container. */
  public static Set<Namespace> all() {
    return EnumSet.allOf(Namespace.class);
  }

  /** All but one. */
  public static Set<Namespace> allBut(Namespace shared) {
    return EnumSet.complementOf(EnumSet.of(shared));
  }

  /** The name a user knows: {@code user}, {@code mount}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
