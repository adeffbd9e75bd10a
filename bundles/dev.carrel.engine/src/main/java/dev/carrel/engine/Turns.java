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
      throw startedBefore(id);
    }
  }

  void requirePausable(boolean pause, boolean waiting, Freezing freezing) {
    String purpose = pause ? "pause" : "resume";
    if (!freezing.freezes()) {
      requireInit(purpose, ". With --detach and a limit, such as --pids=unlimited, the kernel does");
    }
    if (waiting) {
      throw notStarted(purpose, id);
    }
  }

  void signalAll(boolean ended, boolean waiting, int signal) {
    String purpose = "send a signal to everything in";
    if (ended) {
      throw RecordedContainer.hasEnded(purpose, id);
    }
    if (waiting) {
      throw notStarted(purpose, id);
    }
    requireInit(purpose, "");
    running.signalAll(signal);
  }

  private void requireInit(String purpose, String remedy) {
    if (first == FirstProcess.PROGRAM) {
      throw CarrelException.usage("cannot " + purpose + " container " + id + ": its program is its first process (--as-pid-1),"
          + " and so nobody inside could do that" + remedy);
    }
  }

  static CarrelException startedBefore(String id) {
    return CarrelException.usage("cannot start container " + id + ": it has been started before");
  }

  static CarrelException notStarted(String purpose, String id) {
    return CarrelException.usage("cannot " + purpose + " container " + id + ": its program has not been started. carrel start " + id + " does that");
  }
}
