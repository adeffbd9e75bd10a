package dev.carrel.api;

import org.osgi.annotation.versioning.ConsumerType;

/** Listens to long work, so that somebody who waits can see it move. Called from any thread. */
@ConsumerType
public interface Progress {
  /** What a task's numbers count. */
  enum Unit {
    BYTES,
    ITEMS
  }

  /** One stretch of work. */
  @ConsumerType
  interface Task extends AutoCloseable {
    /** Says how much of the total is done by now. */
    void done(long amount);

    /** Says what is being worked on, for example a package's name. */
    void detail(String what);

    /** The work has ended, well or not. */
    @Override
    void close();
  }

  /**
   * A stretch of work begins.
   *
   * @param label what is done, as a user would say it: {@code "downloading"}
   * @param total how much there is to do, or -1 if that is not known
   */
  Task begin(String label, long total, Unit unit);

  /** Tells nobody. */
  static Progress silent() {
    return (label, total, unit) -> new Task() {
      @Override
      public void done(long amount) {}

      @Override
      public void detail(String what) {}

      @Override
      public void close() {}
    };
  }
}
