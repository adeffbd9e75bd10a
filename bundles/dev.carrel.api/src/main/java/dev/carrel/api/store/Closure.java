package dev.carrel.api.store;

import java.util.List;

/**
 * An item and all it needs, directly or not.
 *
 * @param item what it is the closure of
 * @param requisites the whole closure, the item itself included, in the order of their names
 */
public record Closure(StorePath item, List<StorePath> requisites) {
  public Closure {
    requisites = List.copyOf(requisites);
  }
}
