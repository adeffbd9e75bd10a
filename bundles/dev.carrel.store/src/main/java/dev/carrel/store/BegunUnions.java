package dev.carrel.store;

import dev.carrel.api.store.Finish;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What was begun and is not taken yet; one of each base. */
final class BegunUnions {
  private final Map<StorePath, BegunUnion> begun = new ConcurrentHashMap<>();

  /** Begins one, unless there is one of that base. */
  Store.Begun begin(StorePath base, Supplier<BegunUnion> beginning) {
    BegunUnion[] mine = new BegunUnion[1];
    begun.computeIfAbsent(base, any -> mine[0] = beginning.get());
    if (mine[0] == null) {
      return () -> {};
    }
    return () -> {
      begun.remove(base, mine[0]);
      mine[0].close();
    };
  }

  /** The one to go on from, which nobody else gets then. */
  Optional<BegunUnion> take(Optional<Finish.Base> base) {
    return base.map(one -> begun.remove(one.profile()));
  }
}
