package dev.carrel.api.mount;

import java.nio.file.Path;

/** Sizes in the notation of tmpfs(5). */
final class MemorySize {
  /** Digits of a number of gigabytes that fits into 63 bits. */
  private static final int MOST_DIGITS = 9;

  private MemorySize() {}

  /** @throws IllegalArgumentException if a size is none, is zero or is larger than the kernel can count */
  static void check(Path target, String size) {
    int digits = 0;
    while (digits < size.length() && size.charAt(digits) >= '0' && size.charAt(digits) <= '9') {
      digits++;
    }
    String unit = size.substring(digits);
    boolean known = unit.isEmpty() || unit.equals("k") || unit.equals("m") || unit.equals("g") || unit.equals("%");
    int most = unit.isEmpty() ? 2 * MOST_DIGITS : MOST_DIGITS;
    if (digits == 0 || digits > most || size.charAt(0) == '0' || !known || unit.equals("%") && Long.parseLong(size.substring(0, digits)) > 100) {
      throw new IllegalArgumentException("the size of what is in memory at " + target + ": '" + size
          + "' is no number of bytes from 1 on, with k, m or g, or percentage of the memory");
    }
  }

  /** @throws IllegalArgumentException if there could be nothing at all, or more than the kernel can count */
  static void checkInodes(Path target, long inodes) {
    if (inodes < 1 || inodes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("the number of files in memory at " + target + " is 1 to " + Integer.MAX_VALUE
          + ", the directory itself included");
    }
  }
}
