package dev.carrel.api.container;

/**
 * A range of user or group ids, as a line of {@code /proc/PID/uid_map}; see user_namespaces(7).
 *
 * @param inside first id in the container
 * @param outside first id on the host
 * @param count how many, at least 1
 */
public record IdMapping(long inside, long outside, long count) {
  /** The kernel's -1, which is no id. */
  private static final long LIMIT = 0xFFFF_FFFFL;

  public IdMapping {
    if (inside < 0 || outside < 0 || count < 1 || inside + count > LIMIT || outside + count > LIMIT) {
      throw new IllegalArgumentException("id mapping " + inside + " " + outside + " " + count + " is outside 0.." + (LIMIT - 1));
    }
  }

  /** Whether some id, inside or outside, belongs to both. */
  public boolean overlaps(IdMapping other) {
    return inside < other.inside + other.count && other.inside < inside + count
        || outside < other.outside + other.count && other.outside < outside + count;
  }

  /** As the kernel reads it. */
  @Override
  public String toString() {
    return inside + " " + outside + " " + count;
  }
}
