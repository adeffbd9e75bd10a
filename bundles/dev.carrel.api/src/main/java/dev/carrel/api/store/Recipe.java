package dev.carrel.api.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;

/**
 * How an item is made.
 *
 * @param item its name; the digest covers everything the content depends on
 * @param references the items it needs, which may be made together with it
 */
public record Recipe(StorePath item, Set<StorePath> references, Builder builder) {
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

  public Recipe {
    Objects.requireNonNull(item);
    references = Set.copyOf(references);
    Objects.requireNonNull(builder);
  }
}
