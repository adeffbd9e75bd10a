package dev.carrel.conformance;

import dev.carrel.api.Progress;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what work begins and ends. */
final class Counted implements Progress {
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private volatile boolean beyond;

  @Override
  public Task begin(String label, long total, Unit unit) {
    begun.incrementAndGet();
    return new Task() {
      private boolean closed;

      @Override
      public void done(long amount) {
        beyond |= total >= 0 && amount > total;
      }

      @Override
      public void detail(String what) {}

      @Override
      public synchronized void close() {
        if (!closed) {
          ended.incrementAndGet();
        }
        closed = true;
      }
    };
  }

  int begun() {
    return begun.get();
  }

  int open() {
    return begun.get() - ended.get();
  }

  /** Whether more was done than there was to do. */
  boolean beyond() {
    return beyond;
  }
}
