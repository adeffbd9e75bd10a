package dev.carrel.api.system;

/**
 * How what a service prints is kept.
 *
 * @param bytes how large a file may become before the next one is begun
 * @param files how many full ones are kept
 */
public record ServiceLog(long bytes, int files) {
  public ServiceLog {
    if (bytes < 4096 || bytes > 268_435_455) { // as s6-log has it
      throw new IllegalArgumentException("a file of a log has 4096 bytes to 256M");
    }
    if (files < 1 || files > 1000) {
      throw new IllegalArgumentException("a log keeps 1 to 1000 files");
    }
  }

  /** A megabyte, and ten files. */
  public static ServiceLog standard() {
    return new ServiceLog(1 << 20, 10);
  }
}
