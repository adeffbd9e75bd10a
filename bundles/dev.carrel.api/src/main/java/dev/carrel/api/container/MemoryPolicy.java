package dev.carrel.api.container;

import java.util.Locale;
import java.util.Objects;

/**
 * From which nodes of a machine a program's memory comes; see set_mempolicy(2).
 *
 * @param nodes their numbers; one alone is preferred
 */
public record MemoryPolicy(Kind kind, NumberSet nodes) {
  private static final String KNOWN = "bind:NODES, interleave:NODES and preferred:NODE, with NODES as 0-1,3";

  /** The kinds of policies. */
  public enum Kind {
    PREFERRED(1),
    BIND(2),
    INTERLEAVE(3);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** The kernel's number. */
    public int number() {
      return number;
    }

    /** The word on a command line. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public MemoryPolicy {
    Objects.requireNonNull(kind);
    if (kind == Kind.PREFERRED && nodes.numbers().size() > 1) {
      throw new IllegalArgumentException("one node is preferred, and not " + nodes);
    }
  }

  /**
   * Reads {@code bind:0-1}.
   *
   * @throws IllegalArgumentException if it is none; the message names those that are known
   */
  public static MemoryPolicy of(String text) {
    int colon = text.indexOf(':');
    for (Kind kind : Kind.values()) {
      if (colon >= 0 && kind.label().equals(text.substring(0, colon))) {
        return new MemoryPolicy(kind, NumberSet.of(text.substring(colon + 1)));
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not known: there are " + KNOWN);
  }

  /** As {@link #of} reads it. */
  @Override
  public String toString() {
    return kind.label() + ":" + nodes;
  }
}
