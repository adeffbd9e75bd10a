package dev.carrel.api.mount;

import java.util.List;
import java.util.Objects;

/**
 * What a container's root file system is made of.
 *
 * @param base what Carrel brings along: the software's tree, temporary directories, generated files, the working
 *     directory; later entries replace earlier ones at the same target
 * @param mappings what the user asked for; a mapping replaces what {@code base} has at its target, two different
 *     mappings of one target are a contradiction
 * @param writable whether the root directory itself can be written
 * @param protection what is covered or made read-only in the end
 */
public record RootSpec(List<Mount> base, List<Mapping> mappings, boolean writable, PathProtection protection) {
  public RootSpec {
    base = List.copyOf(base);
    mappings = List.copyOf(mappings);
    Objects.requireNonNull(protection);
  }

  /** Whether the container has its control groups as a file system inside. */
  public boolean hasControlGroups() {
    for (Mount mount : base) {
      if (mount instanceof Mount.ControlGroups) {
        return true;
      }
    }
    return false;
  }

  /** With nothing covered. */
  public RootSpec(List<Mount> base, List<Mapping> mappings, boolean writable) {
    this(base, mappings, writable, PathProtection.none());
  }
}
