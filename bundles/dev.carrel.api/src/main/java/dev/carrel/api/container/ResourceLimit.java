package dev.carrel.api.container;

import java.util.Locale;
import java.util.Optional;

/** What a process may use at most; see getrlimit(2). */
public enum ResourceLimit {
  CPU(0),
  FSIZE(1),
  DATA(2),
  STACK(3),
  CORE(4),
  RSS(5),
  NPROC(6),
  NOFILE(7),
  MEMLOCK(8),
  AS(9),
  LOCKS(10),
  SIGPENDING(11),
  MSGQUEUE(12),
  NICE(13),
  RTPRIO(14),
  RTTIME(15);

  private final int number;

  ResourceLimit(int number) {
    this.number = number;
  }

  /** The kernel's number. */
  public int number() {
    return number;
  }

  /** The word on a command line: {@code nofile}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of a word. */
  public static Optional<ResourceLimit> of(String label) {
    for (ResourceLimit limit : values()) {
      if (limit.label().equals(label)) {
        return Optional.of(limit);
      }
    }
    return Optional.empty();
  }

  /**
   * The values of a limit, in the unit of getrlimit(2).
   *
   * @param soft what counts
   * @param hard how far a program may raise {@code soft}
   */
  public record Range(long soft, long hard) {
    /** No limit: RLIM_INFINITY. */
    public static final long UNLIMITED = -1;

    public Range {
      if (soft < UNLIMITED || hard < UNLIMITED) {
        throw new IllegalArgumentException("a limit is not negative");
      }
      if (Long.compareUnsigned(soft, hard) > 0) {
        throw new IllegalArgumentException("the soft limit is above the hard one");
      }
    }
  }
}
