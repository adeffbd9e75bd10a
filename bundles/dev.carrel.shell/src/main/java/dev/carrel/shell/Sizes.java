package dev.carrel.shell;

/** Sizes and times for people. Sizes are decimal, as download sizes are given. */
final class Sizes {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  private Sizes() {}

  static String of(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double size = bytes;
    int unit = 0;
    // 999.95 would be shown as 1000.0: that is the next unit's 1.0
    while (size >= 999.5 && unit < UNITS.length - 1) {
      size /= 1000;
      unit++;
    }
    long tenths = Math.round(size * 10);
    return (tenths >= 1000 ? Long.toString(Math.round(size)) : tenths / 10 + "." + tenths % 10) + " " + UNITS[unit];
  }

  /** A stretch of time in its largest unit, rounded up: {@code 12 s}, {@code 3 min}, {@code 2 h}. */
  static String time(double seconds) {
    if (seconds <= 60) {
      return (long) Math.ceil(seconds) + " s";
    }
    return seconds <= 3600 ? (long) Math.ceil(seconds / 60) + " min" : (long) Math.ceil(seconds / 3600) + " h";
  }
}
