package dev.carrel.api.mount;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Something of the host that the user wants to see inside.
 *
 * @param source where it is on the host: absolute, symbolic links resolved
 * @param target where it appears inside: absolute, without {@code .} or {@code ..}
 * @param access read-only or writable
 * @param kind what the source is; the planner asks no file system
 * @param options how it is mounted
 * @param identity which file has to be at {@code source} when it is mounted; empty: any
 */
public record Mapping(Path source, Path target, Access access, Kind kind, TreeOptions options, Optional<FileIdentity> identity) {
  /** What stands at the source. */
  public enum Kind {
    DIRECTORY,
    /** Anything that is no directory: a regular file, socket, fifo or device. */
    FILE
  }

  /** Checks that nothing is missing; the planner judges the paths. */
  public Mapping {
    Objects.requireNonNull(source);
    Objects.requireNonNull(target);
    Objects.requireNonNull(access);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(options);
    Objects.requireNonNull(identity);
  }

  /** With nothing special about it. */
  public Mapping(Path source, Path target, Access access, Kind kind) {
    this(source, target, access, kind, TreeOptions.standard(), Optional.empty());
  }

  /** As the user would write it. */
  @Override
  public String toString() {
    return "--" + access.name().toLowerCase(java.util.Locale.ROOT) + "=" + source + (source.equals(target) ? "" : "=" + target);
  }
}
