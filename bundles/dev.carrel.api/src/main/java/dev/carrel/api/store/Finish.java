package dev.carrel.api.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The last work on a profile, before nothing can change it any more.
 *
 * @param name tells profiles of the same items apart that are finished in different ways
 * @param base a finished profile of some of the items, which the work goes on from; empty: from the items alone
 */
public record Finish(String name, Optional<Base> base, Work work) {
  /**
   * A finished profile in which some of the items are already.
   *
   * @param items of which it was made
   */
  public record Base(StorePath profile, Set<StorePath> items) {
    public Base {
      Objects.requireNonNull(profile);
      items = Set.copyOf(items);
    }
  }


  /** Changes a tree that must not be written to, as its files are those of other items. */
  @FunctionalInterface
  public interface Work {
    /**
     * Makes the changes. What is in {@code changes/NAME/upper} then is done to {@code tree/NAME}: new files, directories and links, and
     * what overlayfs writes down about those that are gone (the kernel's overlayfs.rst, with {@code userxattr}). Owners, modes
     * and times need no care; devices, pipes and sockets are left out.
     *
     * @param tree as it will be, but for the changes
     * @param changes an empty directory on the same file system
     * @param based whether the tree has what was made of the base; not, where other items do not fit to that
     * @throws dev.carrel.api.CarrelException if it cannot be done; the profile does not come into being then
     */
    void change(Path tree, Path changes, boolean based) throws IOException;
  }

  public Finish {
    Objects.requireNonNull(name);
    Objects.requireNonNull(base);
    Objects.requireNonNull(work);
  }

  /** From the items alone. */
  public Finish(String name, Work work) {
    this(name, Optional.empty(), work);
  }

  /** The tree stays as it is. */
  public static Finish none() {
    return new Finish("", (tree, changes, based) -> {});
  }
}
