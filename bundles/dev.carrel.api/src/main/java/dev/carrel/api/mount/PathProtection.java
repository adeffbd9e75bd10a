package dev.carrel.api.mount;

import java.nio.file.Path;
import java.util.List;

/**
 * What is taken away from the container's own view, whatever was mounted there.
 *
 * @param masked files that are empty and directories in which nothing is
 * @param readOnly files and directories, with what is mounted below, that cannot be written
 */
public record PathProtection(List<Path> masked, List<Path> readOnly) {
  private static final PathProtection NONE = new PathProtection(List.of(), List.of());

  public PathProtection {
    masked = List.copyOf(masked);
    readOnly = List.copyOf(readOnly);
  }

  /** Of nothing. */
  public static PathProtection none() {
    return NONE;
  }

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return masked.isEmpty() && readOnly.isEmpty();
  }
}
