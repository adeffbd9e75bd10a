package dev.carrel.store;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Builds items in the staging directory, several at a time: unpacking is bound by the processor. */
final class Workshop {
  /** How an item's content is hashed. */
  interface Hashing {
    Nar.Result of(Path tree) throws IOException;
  }

  private final Layout layout;

  Workshop(Layout layout) {
    this.layout = layout;
  }

  /** Builds all of them, or throws what the first one to fail threw once all have ended. */
  List<Database.Entry> stage(Collection<Recipe> recipes, Hashing hashing, Progress.Task task) throws IOException {
    int workers = Math.min(recipes.size(), Runtime.getRuntime().availableProcessors());
    AtomicInteger done = new AtomicInteger();
    ExecutorService executor = Executors.newFixedThreadPool(workers);
    try {
      List<Future<Database.Entry>> staged = new ArrayList<>(recipes.size());
      for (Recipe recipe : recipes) {
        staged.add(executor.submit(() -> {
          task.detail(recipe.item().name());
          Database.Entry entry = stage(recipe, hashing);
          task.done(done.incrementAndGet());
          return entry;
        }));
      }
      return collect(staged);
    } finally {
      executor.shutdownNow();
    }
  }

  private Database.Entry stage(Recipe recipe, Hashing hashing) throws IOException {
    Path staged = Files.createDirectory(layout.staging().resolve(recipe.item().fileName()));
    recipe.builder().build(staged);
    Freeze.contents(staged);
    Nar.Result content = hashing.of(staged);
    return new Database.Entry(recipe.item(), content.hash(), content.size(), recipe.references());
  }

  private static List<Database.Entry> collect(List<Future<Database.Entry>> staged) throws IOException {
    List<Database.Entry> entries = new ArrayList<>(staged.size());
    Throwable failure = null;
    for (Future<Database.Entry> future : staged) {
      try {
        if (failure != null) {
          future.cancel(false); // those not begun; the others are waited for, as their places are removed next
        }
        if (!future.isCancelled()) {
          entries.add(future.get());
        }
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    if (failure instanceof IOException e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure != null) {
      throw new IllegalStateException(failure);
    }
    return entries;
  }
}
