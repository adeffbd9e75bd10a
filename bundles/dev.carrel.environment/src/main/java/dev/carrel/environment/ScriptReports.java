package dev.carrel.environment;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.Configuration.Report;
import dev.carrel.api.store.Configuration.Report.Failed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Follows what a program reports line by line. Scripts may write there, too: it is only believed how far it is. */
final class ScriptReports {
  private static final int LONGEST_LINE = 4096;
  /** Triggers may run more than once. A script that reports as if others had begun gains no more time than so many. */
  private static final int MOST_FOR_EACH_STEP = 2;

  private final Configuration configuration;
  private final int steps;
  private final Progress.Task task;
  private int started;
  private String current = "that comes first";
  private Optional<Failed> failed = Optional.empty();
  private long heard = System.nanoTime();

  ScriptReports(Configuration configuration, int steps, Progress.Task task) {
    this.configuration = configuration;
    this.steps = steps;
    this.task = task;
  }

  /** Reads to the end. */
  void read(InputStream in) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (in) {
      byte[] buffer = new byte[4096];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        for (int i = 0; i < count; i++) {
          if (buffer[i] == '\n') {
            hear(line.toString(StandardCharsets.UTF_8));
            line.reset();
          } else if (line.size() < LONGEST_LINE) {
            line.write(buffer[i]);
          }
        }
      }
    } catch (IOException e) {
      // closed with its container
    }
  }

  private synchronized void hear(String line) {
    Optional<Report> report = configuration.report(line);
    if (report.isEmpty()) {
      return;
    }
    if (report.get() instanceof Failed failure) {
      failed = failed.isPresent() ? failed : Optional.of(failure);
    } else if (report.get() instanceof Report.Started begun) {
      if (started <= MOST_FOR_EACH_STEP * steps) {
        heard = System.nanoTime();
        current = begun.name();
        task.detail(current);
        task.done(Math.min(started++, steps));
      }
    }
  }

  /** The package whose script runs. */
  synchronized String current() {
    return current;
  }

  /** The first that failed. */
  synchronized Optional<Failed> failed() {
    return failed;
  }

  /** For how long the script that runs has been running, in nanoseconds. */
  synchronized long silence() {
    return System.nanoTime() - heard;
  }
}
