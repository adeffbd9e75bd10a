package dev.carrel.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Does pieces of work two at a time: others want a processor, too. */
final class Together {
  private static final int WORKERS = 2;

  private Together() {}

  /**
   * Does all of them, or throws what the first one to fail threw. Nobody does anything any more when it returns.
   *
   * @param name of the threads
   * @throws IOException if one of them threw that, or the caller was interrupted
   */
  static <T> List<T> work(String name, List<Callable<T>> pieces) throws IOException {
    ExecutorService executor = Executors.newFixedThreadPool(Math.max(1, Math.min(pieces.size(), WORKERS)), work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true); // no reason for a JVM to stay that wants to end
      return thread;
    });
    try {
      List<Future<T>> begun = new ArrayList<>(pieces.size());
      for (Callable<T> piece : pieces) {
        begun.add(executor.submit(piece));
      }
      List<T> results = new ArrayList<>(begun.size());
      for (Future<T> one : begun) {
        results.add(result(one));
      }
      return results;
    } finally {
      executor.shutdownNow();
      awaitEnd(executor);
    }
  }

  /** What they make is removed next, which must not happen under their hands. */
  private static void awaitEnd(ExecutorService executor) {
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = executor.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T result(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
