package dev.carrel.api.resource;

import java.util.Objects;
import java.util.Optional;

/**
 * How fast one block device may be used.
 *
 * @param major its major number
 * @param minor its minor number
 * @param readBytes read from it in a second
 * @param writtenBytes written to it in a second
 * @param reads operations in a second
 * @param writes operations in a second
 */
public record IoLimit(
    int major, int minor, Optional<Bound> readBytes, Optional<Bound> writtenBytes, Optional<Bound> reads, Optional<Bound> writes) {
  /** The kernel's numbers of devices have 12 bits for the major one and 20 for the minor one. */
  private static final int LARGEST_MAJOR = 4095;
  private static final int LARGEST_MINOR = 1_048_575;

  public IoLimit {
    Objects.requireNonNull(readBytes);
    Objects.requireNonNull(writtenBytes);
    if (major < 0 || major > LARGEST_MAJOR || minor < 0 || minor > LARGEST_MINOR) {
      throw new IllegalArgumentException("the numbers of a device are 0 to " + LARGEST_MAJOR + " and 0 to " + LARGEST_MINOR);
    }
    if (readBytes.isEmpty() && writtenBytes.isEmpty() && reads.isEmpty() && writes.isEmpty()) {
      throw new IllegalArgumentException("nothing is said about device " + major + ":" + minor + ": say rbps, wbps, riops or wiops");
    }
    check(readBytes);
    check(writtenBytes);
    check(reads);
    check(writes);
  }

  private static void check(Optional<Bound> rate) {
    if (rate.isPresent() && rate.get().value() == 0) {
      throw new IllegalArgumentException("a device is used at least once in a second");
    }
  }

  /** Its numbers as the kernel writes them: {@code 8:0}. */
  public String device() {
    return major + ":" + minor;
  }
}
