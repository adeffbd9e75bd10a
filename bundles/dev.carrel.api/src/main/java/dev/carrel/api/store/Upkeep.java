package dev.carrel.api.store;

import dev.carrel.api.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/** Looks after a store: what is in it and why, and what may go. */
@ProviderType
public interface Upkeep {
  /**
   * What to collect.
   *
   * @param atLeast so many bytes are enough; empty: all that nothing reaches
   * @param olderThan generations of profiles older than that go first, but the present ones, and what was remembered for requests
   *     that were not made for that long; empty: all generations stay, and what was remembered within the last week
   * @param dryRun whether to tell only
   */
  record Collection(OptionalLong atLeast, Optional<Duration> olderThan, boolean dryRun) {}

  /**
   * What was collected.
   *
   * @param items those that went, or would go
   * @param bytes how much space that gave, or about as much would
   * @param generations those that were forgotten
   * @param environments how many remembered requests were forgotten
   */
  record Collected(List<StorePath> items, long bytes, List<Generation> generations, int environments) {
    public Collected {
      items = List.copyOf(items);
      generations = List.copyOf(generations);
    }
  }

  /** Why an item is kept: it, and all that it needs. */
  record Root(Kind kind, String where, StorePath item) {
    /** Who keeps it. */
    public enum Kind {
      /** A generation of a profile: {@code where} is its link. */
      GENERATION,
      /** A link that somebody made: {@code where} is its path. */
      LINK,
      /** A package that was added by its user: {@code where} is its name. */
      ADDED,
      /** A container that runs: {@code where} is a process in it. */
      CONTAINER,
      /** A process of Carrel's that uses it just now. */
      PROCESS,
      /** A request that was served lately: {@code where} is its key. */
      ENVIRONMENT
    }
  }

  /**
   * Deletes what no root reaches. Safe beside anything else; killed half-way, it leaves a store that is valid.
   *
   * @throws dev.carrel.api.CarrelException if the store cannot be written
   */
  Collected collect(Collection what, Progress progress);

  /**
   * What is known of the collection that began last, by whichever process.
   *
   * @param end empty: it is under way, or was killed
   */
  record LastCollection(Instant began, Optional<CollectionEnd> end) {}

  /**
   * How a collection ended.
   *
   * @param complete whether nothing went wrong
   * @param items how many items it deleted
   * @param bytes how much space that gave
   */
  record CollectionEnd(Instant time, boolean complete, int items, long bytes) {}

  /** The collection that began last; empty if there was none, or nothing could be noted of it. It costs a look at one file. */
  Optional<LastCollection> lastCollection();

  /** Everything that is kept for its own sake, in the order of kind and place. */
  List<Root> roots();

  /**
   * What is known of an item.
   *
   * @param hash of its content: of its NAR serialization, or, for a union, of the list of its files
   * @param narSize of that serialization in bytes; for a union, of the files that are no member's
   * @param size of its files in bytes
   * @param registered when it became valid
   * @param references what it refers to directly
   * @param referrers what refers to it directly
   */
  record ItemInfo(StorePath item, String hash, long narSize, long size, Instant registered, List<StorePath> references,
      List<StorePath> referrers, Optional<Origin> origin) {
    public ItemInfo {
      references = List.copyOf(references);
      referrers = List.copyOf(referrers);
    }
  }

  /** All valid items, in the order of their names and versions. */
  List<ItemInfo> items();

  /** Those that a word means: the name of an item's directory, its path, the beginning of its digest, or its name alone. */
  List<StorePath> find(String word);

  /**
   * Something that is not as it should be.
   *
   * @param what the name of an item, or a part of the store
   * @param problems what was found, a sentence each
   * @param repaired whether it is as it should be now
   * @param remedy what to do about it; empty if it was repaired
   */
  record Damage(String what, List<String> problems, boolean repaired, String remedy) {
    public Damage {
      problems = List.copyOf(problems);
    }
  }

  /**
   * What was looked at, and what was found.
   *
   * @param items how many items were compared with what they were
   */
  record Verified(int items, List<Damage> damages) {
    public Verified {
      damages = List.copyOf(damages);
    }
  }

  /**
   * Compares every item with what it was when it was made.
   *
   * @param repair whether to make what is damaged again, where that is possible; also the database, from what is noted beside the
   *     items
   * @throws dev.carrel.api.CarrelException if the database cannot be read and is not to be repaired
   */
  Verified verify(boolean repair, Progress progress);

  /**
   * What making equal files one gave.
   *
   * @param files how many were replaced by a link to an equal one
   * @param bytes how much space that gave
   */
  record Optimised(long files, long bytes) {}

  /** Makes equal files of all items one. Items that are added come that way by themselves. */
  Optimised optimise(Progress progress);
}
