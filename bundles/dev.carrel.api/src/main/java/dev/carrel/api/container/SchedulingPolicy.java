package dev.carrel.api.container;

import java.util.Locale;

/**
 * By which rule a program gets its turn on a processor; see sched(7).
 *
 * @param priority of the two realtime policies 1 to 99; 0 of the others
 */
public record SchedulingPolicy(Kind kind, int priority) {
  private static final String KNOWN = "other, batch, idle, fifo:PRIORITY and rr:PRIORITY, with a PRIORITY from 1 to 99";

  /** The kinds of policies. */
  public enum Kind {
    OTHER(0),
    FIFO(1),
    RR(2),
    BATCH(3),
    IDLE(5);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** The kernel's number. */
    public int number() {
      return number;
    }

    /** Whether it goes before all programs that are not realtime. */
    public boolean realtime() {
      return this == FIFO || this == RR;
    }

    /** The word on a command line. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public SchedulingPolicy {
    if (kind.realtime() ? priority < 1 || priority > 99 : priority != 0) {
      throw new IllegalArgumentException(kind.realtime() ? "the priority of " + kind.label() + " is 1 to 99" : kind.label() + " has no priority");
    }
  }

  /**
   * Reads {@code batch} or {@code fifo:10}.
   *
   * @throws IllegalArgumentException if it is none; the message names those that are known
   */
  public static SchedulingPolicy of(String text) {
    int colon = text.indexOf(':');
    String word = colon < 0 ? text : text.substring(0, colon);
    for (Kind kind : Kind.values()) {
      if (kind.label().equals(word) && kind.realtime() == colon >= 0) {
        return new SchedulingPolicy(kind, colon < 0 ? 0 : SmallNumber.of(text.substring(colon + 1), "'" + text + "' is not known: there are " + KNOWN));
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not known: there are " + KNOWN);
  }

  /** As {@link #of} reads it. */
  @Override
  public String toString() {
    return kind.label() + (kind.realtime() ? ":" + priority : "");
  }
}
