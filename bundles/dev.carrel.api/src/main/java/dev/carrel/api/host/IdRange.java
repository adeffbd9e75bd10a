package dev.carrel.api.host;

/**
 * A range of user or group ids of the host.
 *
 * @param first its first id
 * @param count how many there are, at least 1
 */
public record IdRange(long first, long count) {
  private static final long LIMIT = 0xFFFF_FFFFL;

  public IdRange {
    if (first < 0 || count < 1 || first + count > LIMIT) {
      throw new IllegalArgumentException("the ids " + first + ":" + count + " are not within 0.." + (LIMIT - 1));
    }
  }

  /** Whether all ids of another range are in this one. */
  public boolean contains(IdRange other) {
    return other.first >= first && other.first + other.count <= first + count;
  }

  /** As on a command line. */
  @Override
  public String toString() {
    return first + ":" + count;
  }
}
