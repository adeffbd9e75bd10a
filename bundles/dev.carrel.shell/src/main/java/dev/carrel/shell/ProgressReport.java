package dev.carrel.shell;

import dev.carrel.api.Progress;
import dev.carrel.api.host.Foreground;
import java.io.PrintStream;

/**
 * Progress on the terminal: one line that is written over, with a bar where the total is known. Where nobody looks at a
 * terminal, one plain line a task that takes long enough to be missed.
 */
final class ProgressReport implements Progress, AutoCloseable {
  private static final int BAR = 24;
  private static final int LINE = 79;
  /** A line is painted at most this often, in nanoseconds. */
  private static final long INTERVAL = 60_000_000L;

  private final PrintStream out;
  private final boolean quiet;
  private final boolean terminal;
  private int painted;

  private ProgressReport(PrintStream out, boolean quiet, boolean terminal) {
    this.out = out;
    this.quiet = quiet;
    this.terminal = terminal;
  }

  static ProgressReport on(PrintStream out, boolean quiet, Foreground foreground) {
    return new ProgressReport(out, quiet, !quiet && foreground.isTerminal(2));
  }

  /** For tests: a terminal or none. */
  static ProgressReport on(PrintStream out, boolean terminal) {
    return new ProgressReport(out, false, terminal);
  }

  @Override
  public Task begin(String label, long total, Unit unit) {
    if (!quiet && !terminal) {
      out.println("carrel: " + label + (total < 0 ? "" : unit == Unit.BYTES ? " " + Sizes.of(total) : " (" + total + ")") + " ...");
    }
    return new Line(label, total, unit);
  }

  private synchronized void paint(String text) {
    String line = text.length() > LINE ? text.substring(0, LINE) : text;
    out.print("\r" + line + " ".repeat(Math.max(0, painted - line.length())));
    out.flush();
    painted = line.length();
  }

  /** Leaves an empty line behind. */
  private synchronized void clear() {
    if (painted > 0) {
      out.print("\r" + " ".repeat(painted) + "\r");
      out.flush();
      painted = 0;
    }
  }

  @Override
  public void close() {
    clear();
  }

  private final class Line implements Task {
    private final String label;
    private final long total;
    private final Unit unit;
    private final long begun = System.nanoTime();
    private long done;
    private String detail = "";
    private long last;

    Line(String label, long total, Unit unit) {
      this.label = label;
      this.total = total;
      this.unit = unit;
      update(true);
    }

    @Override
    public synchronized void done(long amount) {
      done = amount;
      update(false);
    }

    @Override
    public synchronized void detail(String what) {
      detail = what;
      update(false);
    }

    private void update(boolean now) {
      long time = System.nanoTime();
      if (terminal && (now || time - last > INTERVAL)) {
        last = time;
        paint(text(time));
      }
    }

    private String text(long now) {
      StringBuilder text = new StringBuilder(label).append(' ');
      if (total > 0) {
        int filled = (int) Math.min(BAR, BAR * done / total);
        text.append('[').append("#".repeat(filled)).append(".".repeat(BAR - filled)).append("] ");
      }
      if (unit == Unit.BYTES) {
        text.append(Sizes.of(done));
        if (total > 0) {
          text.append(" of ").append(Sizes.of(total));
        }
        double seconds = (now - begun) / 1e9;
        if (seconds > 0.5 && done > 0) {
          text.append(", ").append(Sizes.of((long) (done / seconds))).append("/s");
        }
      } else if (total > 0) {
        text.append(done).append(" of ").append(total);
      }
      return text.append(detail.isEmpty() ? "" : "  " + detail).toString();
    }

    @Override
    public void close() {
      clear();
    }
  }
}
