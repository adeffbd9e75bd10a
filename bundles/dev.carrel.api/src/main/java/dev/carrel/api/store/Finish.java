package dev.carrel.api.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The last work on a profile, before nothing can change it any more.
 *
 * @param name tells profiles of the same items apart that are finished in different ways
 */
public record Finish(String name, Work work) {
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
     * @throws dev.carrel.api.CarrelException if it cannot be done; the profile does not come into being then
     */
    void change(Path tree, Path changes) throws IOException;
  }

  public Finish {
    Objects.requireNonNull(name);
    Objects.requireNonNull(work);
  }

  /** The tree stays as it is. */
  public static Finish none() {
    return new Finish("", (tree, changes) -> {});
  }
}
