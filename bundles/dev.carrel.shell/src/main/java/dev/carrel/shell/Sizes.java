package dev.carrel.shell;

import java.util.Locale;
import java.util.OptionalLong;

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

  /**
   * An option's value, such as {@code 500M} or {@code 10G}.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if it is none
   */
  static long parse(LifeLine line, String option) {
    String text = line.value(option, "");
    OptionalLong bytes = bytes(text, 1000);
    if (bytes.isEmpty()) {
      throw line.usage("--" + option + "=" + text + " is no size: say 500M or 10G");
    }
    return bytes.getAsLong();
  }

  /**
   * A number with a unit; nothing of what is none. What is more than can be counted is as much as can be.
   *
   * @param base how many of a unit make the next one: 1000, or 1024
   */
  static OptionalLong bytes(String text, int base) {
    int end = text.length();
    while (end > 0 && !Character.isDigit(text.charAt(end - 1))) {
      end--;
    }
    String unit = text.substring(end).toUpperCase(Locale.ROOT);
    String digits = text.substring(0, end);
    int power = unit.isEmpty() || unit.equals("B") ? 0 : 1 + "KMGTPE".indexOf(unit.charAt(0));
    boolean known = unit.isEmpty() || unit.equals("B") || power > 0 && (unit.length() == 1 || unit.endsWith("B") && unit.length() == 2);
    if (!known || digits.isEmpty() || digits.length() > 15 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    double size = Long.parseLong(digits) * Math.pow(base, power);
    return OptionalLong.of(size >= Long.MAX_VALUE ? Long.MAX_VALUE : (long) size);
  }

  /** A stretch of time in its largest unit, rounded up: {@code 12 s}, {@code 3 min}, {@code 2 h}. */
  static String time(double seconds) {
    if (seconds <= 60) {
      return (long) Math.ceil(seconds) + " s";
    }
    return seconds <= 3600 ? (long) Math.ceil(seconds / 60) + " min" : (long) Math.ceil(seconds / 3600) + " h";
  }
}
