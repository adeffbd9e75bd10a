package dev.carrel.api.isolation;

/** What a backend may or may not be able to do. */
public enum Feature {
  /** A terminal of the container's own. */
  TERMINAL,
  /** Runs for users without privileges. */
  UNPRIVILEGED,
  /** Shares the network of the host. */
  HOST_NETWORK,
  /** Waits for a {@link dev.carrel.api.network.NetworkProvider} before it executes the program. */
  NETWORK_ATTACHMENT,
  /** Gives a container more ids than one user and one group. */
  ID_RANGES,
  /** The program of a container can be executed later than everything else is made. */
  HELD_START,
  /** The program can be PID 1 itself. */
  PROGRAM_FIRST,
  /** Its processes are in control groups of their own from the first on. */
  LIMITS,
  /** Nothing mounted read-only can be made writable inside, not even with every capability. */
  LOCKED_MOUNTS,
  /** The container dies with the JVM that started it, however that ends. */
  DIES_WITH_PARENT
}
