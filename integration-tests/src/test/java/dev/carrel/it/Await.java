package dev.carrel.it;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits for what a correct Carrel brings about, however slow this machine is just now. */
final class Await {
  /** Long enough for a machine that does other things, too; who waits for what comes waits no longer than for that. */
  static final int SECONDS = 120;
  private static final long PAUSE = 20; // milliseconds: who looks without a pause takes the time in which it would come

  private Await() {}

  /** Whether it has come. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * @param what is waited for
   * @throws AssertionError if it does not come
   */
  static void until(String what, Condition condition) {
    until(() -> what, condition);
  }

  /** @param what is waited for, and how things are instead */
  static void until(Supplier<String> what, Condition condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    try {
      while (!condition.holds()) {
        if (System.nanoTime() > end) {
          throw new AssertionError("waited " + SECONDS + " seconds for " + what.get());
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + what.get(), e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("while waiting for " + what.get(), e);
    }
  }
}
