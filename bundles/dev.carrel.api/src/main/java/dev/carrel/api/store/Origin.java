package dev.carrel.api.store;

import java.util.Objects;

/**
 * Where an item can be had again.
 *
 * @param source the name of the package source that made it
 * @param made what it was made from, in that source's words
 */
public record Origin(String source, Resolution.Resolved made) {
  public Origin {
    Objects.requireNonNull(source);
    Objects.requireNonNull(made);
  }
}
