package dev.carrel.store;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Builds items in the staging directory, two at a time: unpacking is bound by the processor, and others want one, too. */
final class Workshop {
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
    List<Callable<Made>> pieces = new ArrayList<>(recipes.size());
    for (Recipe recipe : recipes) {
      pieces.add(() -> {
        task.detail(recipe.item().name());
        Made made = stage(recipe);
        task.done(done.incrementAndGet());
        return made;
      });
    }
    return Together.work("carrel-store", pieces);
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
}
