package dev.carrel.console;

import java.util.HashSet;
import java.util.Set;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Job;

/**
 * Ctrl-C for a line that runs: it ends the whole line, as in sh(1). Gogo makes a job of each command of a line, one after the
 * other, so that there may be none at the moment, or one that is about to end: what the line starts after that is interrupted too.
 */
final class Interrupts {
  private static final long PAUSE_MILLIS = 5;

  private final CommandSession gogo;
  private Thread interrupter; // guarded by this; null unless the line was interrupted
  private boolean running; // guarded by this

  Interrupts(CommandSession gogo) {
    this.gogo = gogo;
  }

  /** From here on Ctrl-C is for the line that is about to be run. */
  synchronized void lineBegins() {
    running = true;
    interrupter = null;
  }

  synchronized void lineEnds() {
    running = false;
  }

  /** Interrupts the line, if one is running. */
  synchronized void interrupt() {
    if (running && interrupter == null) {
      interrupter = new Thread(this::interruptAll, "carrel: Ctrl-C");
      interrupter.setDaemon(true);
      interrupter.start();
    }
  }

  private synchronized boolean isFor(Thread thread) {
    return running && interrupter == thread;
  }

  private void interruptAll() {
    Set<Job> interrupted = new HashSet<>();
    while (isFor(Thread.currentThread())) {
      Job job = gogo.foregroundJob();
      if (job != null && isRunning(job) && interrupted.add(job)) {
        job.interrupt();
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Whether its thread has begun, which Gogo names so: a job that is interrupted before that is neither run nor ended, ever. */
  private static boolean isRunning(Job job) {
    String controller = "job controller " + job.id();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals(controller)) {
        return true;
      }
    }
    return false;
  }
}
