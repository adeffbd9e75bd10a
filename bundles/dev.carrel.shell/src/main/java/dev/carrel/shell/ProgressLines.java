package dev.carrel.shell;

import dev.carrel.api.Progress;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.host.Foreground;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Shows tasks. On a terminal: one line that is written over, about the task that began last and has not ended. Elsewhere,
 * in a log: a line when work turns out to be long, and again from time to time. One lock for all: called from any thread.
 */
final class ProgressLines implements Progress, AutoCloseable {
  private static final long SECOND = 1_000_000_000L;
  /** The terminal's line is painted at most this often. */
  private static final long PAINT = 60_000_000L;
  /** Work is long if it lasts longer than this. */
  private static final long LONG = 2 * SECOND;
  private static final long REPEAT = 10 * SECOND;
  /** A terminal that does not tell its width. */
  private static final int COLUMNS = 80;
  // console_codes(4): without wrapping (DECAWM) a line never becomes two, also on a terminal narrower than is known;
  // EL clears what a longer line left behind.
  private static final String BEGIN = "\r\033[?7l";
  private static final String END = "\033[K\033[?7h";
  private static final String CLEAR = "\r\033[K";

  private final PrintStream out;
  private final Optional<Foreground> terminal;
  private final LongSupplier clock;
  private final List<ShownTask> active = new ArrayList<>();
  private boolean dirty;
  private boolean closed;
  private long painted;

  private ProgressLines(PrintStream out, Optional<Foreground> terminal, LongSupplier clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
  }

  /** On a terminal, whose width {@code foreground} may know. */
  static ProgressLines painted(PrintStream out, Foreground foreground, LongSupplier nanos) {
    return new ProgressLines(out, Optional.of(foreground), nanos);
  }

  /** In a log. */
  static ProgressLines plain(PrintStream out, LongSupplier nanos) {
    return new ProgressLines(out, Optional.empty(), nanos);
  }

  @Override
  public synchronized Task begin(String label, long total, Unit unit) {
    ShownTask task = new ShownTask(label, total, unit, clock.getAsLong());
    active.add(task);
    if (terminal.isPresent()) {
      paint(task.begun);
    } else if (total < 0) {
      write(task, task.begun); // nobody knows how long: it may be the last word for a while
    }
    return task;
  }

  private synchronized void changed(ShownTask task, long amount, String detail) {
    if (!active.contains(task)) {
      return; // a word too late
    }
    task.state.update(amount, detail);
    long now = clock.getAsLong();
    if (terminal.isPresent()) {
      if (now - painted >= PAINT) {
        paint(now);
      }
    } else if (now - task.begun >= LONG && (!task.written || now - task.last >= REPEAT)) {
      write(task, now);
    }
  }

  private synchronized void ended(ShownTask task) {
    if (!active.remove(task)) {
      return; // closing twice is closing once
    }
    long now = clock.getAsLong();
    if (terminal.isPresent()) {
      paint(now);
    } else if (task.written && task.state.complete() && !closed) {
      out.println("carrel: " + task.state.summary(now - task.begun));
    }
  }

  private void write(ShownTask task, long now) {
    if (!closed) {
      out.println("carrel: " + task.state.line(now - task.begun, Integer.MAX_VALUE) + " ...");
      task.written = true;
      task.last = now;
    }
  }

  private void paint(long now) {
    if (closed) {
      return;
    }
    painted = now;
    if (active.isEmpty()) {
      clear();
      return;
    }
    ShownTask task = active.get(active.size() - 1);
    out.print(BEGIN + task.state.line(now - task.begun, columns() - 1) + END);
    out.flush();
    dirty = true;
  }

  /** Asked each time: the window may have been resized. */
  private int columns() {
    Optional<TerminalSize> size = terminal.get().stdio().terminal();
    return size.isPresent() && size.get().columns() > 0 ? size.get().columns() : COLUMNS;
  }

  private void clear() {
    if (dirty) {
      out.print(CLEAR);
      out.flush();
      dirty = false;
    }
  }

  /** Nothing is shown any more. */
  @Override
  public synchronized void close() {
    closed = true;
    clear();
  }

  private final class ShownTask implements Task {
    private final TaskState state;
    private final long begun;
    private boolean written;
    private long last;

    ShownTask(String label, long total, Unit unit, long begun) {
      this.state = new TaskState(label, total, unit);
      this.begun = begun;
    }

    @Override
    public void done(long amount) {
      changed(this, amount, null);
    }

    @Override
    public void detail(String what) {
      changed(this, -1, what);
    }

    @Override
    public void close() {
      ended(this);
    }
  }
}
