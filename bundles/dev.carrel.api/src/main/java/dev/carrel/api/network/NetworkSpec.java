package dev.carrel.api.network;

/** What of the network a container sees. */
public enum NetworkSpec {
  /** A network namespace of its own with nothing but the loopback interface. */
  NONE,
  /** The host's network as it is: no isolation. */
  HOST,
  /** That of another container, whose network namespace is joined. */
  JOINED
}
