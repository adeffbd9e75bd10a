package dev.carrel.api.event;

import java.util.Objects;

/**
 * A service that Carrel is made of, such as a backend.
 *
 * @param kind what it is: the name of its contract in small letters, {@code isolation-backend}
 * @param name what users call it, such as {@code bubblewrap}; where they have no name for it, that of its bundle
 * @param bundle the symbolic name of the bundle that offers it
 */
public record Part(String kind, String name, String bundle) {
  public Part {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(name);
    Objects.requireNonNull(bundle);
  }
}
