package dev.carrel.environment;

import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.StorePath;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/** What profiles were made on lately: who asks for the same and a little more is likely to need the same. */
final class KnownBases {
  private static final int MOST = 16;

  private final Deque<Known> known = new ArrayDeque<>();

  /** What was asked for of a source, and what its profile was made on. */
  private record Known(String source, Set<PackageRequest> wanted, StorePath base) {}

  synchronized void add(String source, Collection<PackageRequest> wanted, StorePath base) {
    Known made = new Known(source, Set.copyOf(wanted), base);
    known.remove(made);
    known.addFirst(made);
    if (known.size() > MOST) {
      known.removeLast();
    }
  }

  /** That of the last profile of which everything is wanted now. */
  synchronized Optional<StorePath> likely(String source, Collection<PackageRequest> wanted) {
    return known.stream().filter(one -> one.source().equals(source) && wanted.containsAll(one.wanted())).map(Known::base).findFirst();
  }
}
