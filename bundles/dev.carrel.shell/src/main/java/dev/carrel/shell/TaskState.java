package dev.carrel.shell;

import dev.carrel.api.Progress.Unit;

/** How far a task is, and the words for it. Guarded by its owner. */
final class TaskState {
  private static final int BAR = 24;
  /** With fewer columns than this, the numbers are worth more than the bar. */
  private static final int ROOM_FOR_BAR = 60;
  /** A rate needs some time to mean something, in nanoseconds. */
  private static final long SETTLED = 500_000_000L;

  private final String label;
  private final long total;
  private final Unit unit;
  private long done;
  private String detail = "";

  TaskState(String label, long total, Unit unit) {
    this.label = Printable.line(label);
    this.total = total;
    this.unit = unit;
  }

  /** News: an amount unless negative, what is worked on unless null. */
  void update(long amount, String what) {
    if (amount >= 0) {
      done = amount;
    }
    if (what != null) {
      detail = Printable.line(what);
    }
  }

  boolean complete() {
    return total > 0 && done >= total;
  }

  /** Where it stands after some time, in at most so many columns. */
  String line(long nanos, int columns) {
    StringBuilder line = new StringBuilder(label);
    if (total > 0 && columns >= ROOM_FOR_BAR && columns != Integer.MAX_VALUE) {
      int filled = (int) (BAR * Math.min(1, (double) done / total));
      line.append(" [").append("#".repeat(filled)).append(".".repeat(BAR - filled)).append(']');
    }
    numbers(line, nanos);
    if (!detail.isEmpty()) {
      line.append("  ").append(detail);
    }
    return line.length() <= columns ? line.toString() : line.substring(0, Math.max(0, columns));
  }

  private void numbers(StringBuilder line, long nanos) {
    if (total > 0) {
      line.append(' ').append(amount(done)).append(" of ").append(amount(total));
    } else if (done > 0) {
      line.append(' ').append(amount(done));
    }
    if (nanos < SETTLED || done <= 0) {
      return;
    }
    double perSecond = done / (nanos / 1e9);
    if (unit == Unit.BYTES) {
      line.append(", ").append(Sizes.of((long) perSecond)).append("/s");
    }
    if (total > done) {
      line.append(", ").append(Sizes.time((total - done) / perSecond)).append(" left");
    }
  }

  /** What was done, once it is complete. */
  String summary(long nanos) {
    return label + ": " + amount(done) + " in " + Sizes.time(nanos / 1e9);
  }

  private String amount(long number) {
    return unit == Unit.BYTES ? Sizes.of(number) : Long.toString(number);
  }
}
