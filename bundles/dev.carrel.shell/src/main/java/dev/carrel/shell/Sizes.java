package dev.carrel.shell;

/** Sizes for people: decimal, as download sizes are given. */
final class Sizes {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

  private Sizes() {}

  static String of(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 1000 && unit < UNITS.length - 1) {
      size /= 1000;
      unit++;
    }
    if (unit == 0) {
      return bytes + " B";
    }
    long tenths = Math.round(size * 10);
    return (tenths >= 1000 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10) + " " + UNITS[unit];
  }
}
