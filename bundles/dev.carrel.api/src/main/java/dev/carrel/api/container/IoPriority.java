package dev.carrel.api.container;

import java.util.Locale;

/**
 * When a program gets its turn at a disk; see ioprio_set(2).
 *
 * @param level 0, the highest, to 7; 0 of the class idle
 */
public record IoPriority(Kind kind, int level) {
  private static final int LOWEST = 7;
  private static final String KNOWN = "idle, best-effort:LEVEL and realtime:LEVEL, with a LEVEL from 0, the highest, to 7";

  /** The classes. */
  public enum Kind {
    REALTIME(1),
    BEST_EFFORT(2),
    IDLE(3);

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
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public IoPriority {
    if (level < 0 || level > (kind == Kind.IDLE ? 0 : LOWEST)) {
      throw new IllegalArgumentException(kind == Kind.IDLE ? "idle has no level" : "the level of " + kind.label() + " is 0 to 7");
    }
  }

  /**
   * Reads {@code idle} or {@code best-effort:4}.
   *
   * @throws IllegalArgumentException if it is none; the message names those that are known
   */
  public static IoPriority of(String text) {
    int colon = text.indexOf(':');
    String word = colon < 0 ? text : text.substring(0, colon);
    for (Kind kind : Kind.values()) {
      if (kind.label().equals(word) && (kind == Kind.IDLE) == colon < 0) {
        return new IoPriority(kind, colon < 0 ? 0 : SmallNumber.of(text.substring(colon + 1), "'" + text + "' is not known: there are " + KNOWN));
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not known: there are " + KNOWN);
  }

  /** As {@link #of} reads it. */
  @Override
  public String toString() {
    return kind.label() + (kind == Kind.IDLE ? "" : ":" + level);
  }
}
