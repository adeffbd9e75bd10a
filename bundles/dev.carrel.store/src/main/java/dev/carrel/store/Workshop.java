package dev.carrel.store;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Builds items in the staging directory, two at a time: unpacking is bound by the processor, and others want one, too. */
final class Workshop {
  private static final int WORKERS = 2;

  /**
   * An item that lies in a place and is to become valid.
   *
   * @param fresh those of its files that may be equal to files of other items
   */
  record Made(About about, Listing fresh) {
    StorePath item() {
      return about.entry().item();
    }
  }

  /** Makes a built tree immutable and tells its hash. */
  interface Finish {
    Nar.Content finish(Path tree) throws IOException;
  }

  private final Layout layout;
  private final Layout place;
  private final Finish finish;

  /**
   * A workshop.
   *
   * @param place laid out as a store is
   */
  Workshop(Layout layout, Layout place, Finish finish) {
    this.layout = layout;
    this.place = place;
    this.finish = finish;
  }

  /** Builds all of them, or throws what the first one to fail threw. Nobody builds any more when it returns. */
  List<Made> stage(Collection<Recipe> recipes, Progress.Task task) throws IOException {
    AtomicInteger done = new AtomicInteger();
    ExecutorService executor = Executors.newFixedThreadPool(Math.min(recipes.size(), WORKERS), work -> {
      Thread thread = new Thread(work, "carrel-store");
      thread.setDaemon(true); // no reason for a JVM to stay that wants to end
      return thread;
    });
    try {
      List<Future<Made>> staged = new ArrayList<>(recipes.size());
      for (Recipe recipe : recipes) {
        staged.add(executor.submit(() -> {
          task.detail(recipe.item().name());
          Made made = stage(recipe);
          task.done(done.incrementAndGet());
          return made;
        }));
      }
      List<Made> entries = new ArrayList<>(staged.size());
      for (Future<Made> one : staged) {
        entries.add(result(one));
      }
      return entries;
    } finally {
      executor.shutdownNow();
      awaitEnd(executor);
    }
  }

  /** Their place is removed next, which must not happen under their hands. */
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

  private Made stage(Recipe recipe) {
    try {
      Path staged = Files.createDirectory(place.item(recipe.item()));
      recipe.builder().build(staged);
      Nar.Content content = finish.finish(staged);
      Database.Entry entry = new Database.Entry(recipe.item(), content.result().hash(), content.result().size(), recipe.references());
      return new Made(new About(entry, System.currentTimeMillis() / 1000, recipe.origin(), content.files()), content.fresh());
    } catch (IOException e) {
      throw layout.failure("add " + recipe.item() + " to the store " + layout.directory(), e);
    }
  }

  private static Made result(Future<Made> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
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
