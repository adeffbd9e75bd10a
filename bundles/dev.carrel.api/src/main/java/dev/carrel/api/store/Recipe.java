package dev.carrel.api.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How an item is made.
 *
 * @param item its name; the digest covers everything the content depends on
 * @param references the items it needs, which may be made together with it
 * @param origin where it can be had again, should it be damaged
 */
public record Recipe(StorePath item, Set<StorePath> references, Builder builder, Optional<Origin> origin) {
  /** Fills an empty directory with an item's content. */
  @FunctionalInterface
  public interface Builder {
    /**
     * Makes the content. Modes, owners and times need no care: the store makes the item immutable afterwards.
     *
     * @throws dev.carrel.api.CarrelException if the content is refused; the item does not come into being then
     */
    void build(Path directory) throws IOException;
  }

  /** Of an item that cannot be had again. */
  public Recipe(StorePath item, Set<StorePath> references, Builder builder) {
    this(item, references, builder, Optional.empty());
  }

  public Recipe {
    Objects.requireNonNull(item);
    references = Set.copyOf(references);
    Objects.requireNonNull(builder);
    Objects.requireNonNull(origin);
  }
}
