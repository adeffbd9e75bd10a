package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Life.FirstProcess;
import dev.carrel.api.isolation.Running;

/**
 * What can be done to a container when.
 *
 * @param first without a process of Carrel's as PID 1, nobody inside hears of more than signals
 */
record Turns(String id, Running running, FirstProcess first) {
  void requireWaiting(boolean ended, boolean waiting) {
    if (ended) {
      throw RecordedContainer.hasEnded("start the program of", id);
    }
    if (!waiting) {
      throw CarrelException.usage("cannot start container " + id + ": it has been started before");
    }
  }

  void requirePausable(boolean pause, boolean waiting) {
    if (first == FirstProcess.PROGRAM) {
      throw CarrelException.usage("cannot " + (pause ? "pause" : "resume") + " container " + id + ": its program is its first process (--as-pid-1),"
          + " and so nobody inside could do that");
    }
    if (waiting) {
      throw notStarted(pause ? "pause" : "resume", id);
    }
  }

  void signalAll(boolean ended, boolean waiting, int signal) {
    if (!ended && waiting) {
      throw notStarted("send a signal to everything in", id);
    }
    if (ended) {
      throw RecordedContainer.hasEnded("send a signal to everything in", id);
    }
    if (first == FirstProcess.PROGRAM) {
      throw CarrelException.usage("cannot send a signal to everything in container " + id + ": its program is its first process (--as-pid-1),"
          + " and so nobody inside could do that");
    }
    running.signalAll(signal);
  }

  static CarrelException notStarted(String purpose, String id) {
    return CarrelException.usage("cannot " + purpose + " container " + id + ": its program has not been started. carrel start " + id + " does that");
  }
}
