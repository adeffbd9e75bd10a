package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Links to all that a profile has, made in the background before it is known what a union on it has besides. The union takes them over, if it has
 * all of them where they are; if not, or if they could not be made, it makes its own.
 */
final class BegunUnion implements Store.Begun {
  static final String BACKGROUND_NAME = "carrel-begin";
  private static final Executor BACKGROUND = work -> {
    Thread thread = new Thread(work, BACKGROUND_NAME);
    thread.setDaemon(true); // no reason for a JVM to stay that wants to end: the next one removes what it leaves in staging/
    thread.start();
  };

  private final StorePath base;
  private final Layout layout;
  private final Host host;
  private final CompletableFuture<Links> links;
  private final AtomicBoolean settled = new AtomicBoolean();

  /** What was made, and where. */
  private record Links(Staging.Place place, Path tree, UnionPlan plan) {}

  /** On a profile that is in the store, and stays there. */
  BegunUnion(StorePath base, Layout layout, Host host, Staging staging) {
    this.base = base;
    this.layout = layout;
    this.host = host;
    links = CompletableFuture.supplyAsync(() -> make(staging), BACKGROUND);
  }

  private Links make(Staging staging) {
    try {
      Staging.Place place = staging.open();
      try {
        return links(place);
      } catch (IOException | RuntimeException e) {
        place.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Links links(Staging.Place place) throws IOException {
    Path tree = Files.createDirectory(place.path().resolve("tree"));
    UnionPlan plan = UnionPlan.of(base, List.of(base), new Members(List.of(layout), host));
    UnionTree made = new UnionTree(tree, host);
    new UnionLinks(List.of(layout), new CopiedFiles(layout)).make(plan, Set.of(), tree, made);
    if (made.hasOwn()) {
      throw CarrelException.failed("cannot begin a profile on " + base + ": not all of it can be had as links");
    }
    return new Links(place, tree, plan);
  }

  /**
   * Moves what was made into an empty directory, and tells the paths of that; none if it is of no use.
   *
   * @param plan what the union is to have
   */
  Set<String> takeOver(UnionPlan plan, Path directory) throws IOException {
    if (!settled.compareAndSet(false, true)) {
      return Set.of();
    }
    Links made;
    try {
      made = links.join();
    } catch (CompletionException e) {
      return Set.of(); // whoever makes the union is told of what hinders that, too
    }
    if (!isWithin(made.plan(), plan)) {
      remove(made.place());
      return Set.of();
    }
    for (String name : UnionPlan.DIRECTORIES) {
      Files.move(made.tree().resolve(name), directory.resolve(name));
    }
    made.place().close();
    return made.plan().nodes().keySet();
  }

  /** A link of another item may have moved what is in a directory elsewhere. */
  private static boolean isWithin(UnionPlan begun, UnionPlan whole) {
    for (Map.Entry<String, UnionPlan.Node> one : begun.nodes().entrySet()) {
      UnionPlan.Node there = whole.nodes().get(one.getKey());
      boolean top = UnionPlan.DIRECTORIES.contains(one.getKey());
      if (there == null || !top && !there.equals(one.getValue())) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    if (settled.compareAndSet(false, true)) {
      links.thenAccept(made -> remove(made.place()));
    }
  }

  /** It takes a while, and nobody waits for it. */
  private static void remove(Staging.Place place) {
    BACKGROUND.execute(() -> {
      try {
        place.close();
      } catch (IOException e) {
        // rubbish only, in staging/: the next process that opens a place there removes it
      }
    });
  }
}
