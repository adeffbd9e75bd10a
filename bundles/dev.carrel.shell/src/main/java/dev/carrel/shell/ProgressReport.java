package dev.carrel.shell;

import dev.carrel.api.Progress;
import dev.carrel.api.host.Foreground;
import java.io.PrintStream;

/** The progress of one command. Most commands have none to show, so nothing is found out before a task begins. */
final class ProgressReport implements Progress, AutoCloseable {
  private final PrintStream out;
  private final boolean quiet;
  private final Foreground foreground;
  private ProgressLines lines;

  /** Something that takes its time. */
  interface Work<T> {
    T with(Progress progress);
  }

  ProgressReport(PrintStream out, boolean quiet, Foreground foreground) {
    this.out = out;
    this.quiet = quiet;
    this.foreground = foreground;
  }

  /** Does what a command line asks for, with its progress on standard error, unless that has {@code --quiet}. */
  static <T> T during(LifeLine line, Foreground foreground, Work<T> work) {
    try (ProgressReport progress = new ProgressReport(System.err, line.has("quiet"), foreground)) {
      return work.with(progress);
    }
  }

  @Override
  public Task begin(String label, long total, Unit unit) {
    return quiet ? Progress.silent().begin(label, total, unit) : lines().begin(label, total, unit);
  }

  private synchronized ProgressLines lines() {
    if (lines == null) {
      String kind = ForCaller.variable("TERM");
      boolean painted = kind != null && !kind.isEmpty() && !kind.equals("dumb") && foreground.isTerminal(2);
      lines = painted ? ProgressLines.painted(out, foreground, System::nanoTime) : ProgressLines.plain(out, System::nanoTime);
    }
    return lines;
  }

  /** Leaves an empty line behind, whatever tasks did not end. */
  @Override
  public synchronized void close() {
    if (lines != null) {
      lines.close();
    }
  }
}
