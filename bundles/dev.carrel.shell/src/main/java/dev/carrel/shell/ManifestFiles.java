package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where manifests and their locks are. */
final class ManifestFiles {
  static final String NAME = "carrel.toml";
  private static final String LOCK = ".lock";
  private static final String ENDING = ".toml";

  private ManifestFiles() {}

  /**
   * The manifest of a directory, or of the nearest one above: as in Guix, of those that belong to the user and lie on the same file
   * system. Where others own a directory, they would decide what is found.
   */
  static Optional<Path> find(Path directory) {
    try {
      Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      Object device = Files.getAttribute(directory, "unix:dev");
      for (Path here = directory; here != null; here = here.getParent()) {
        boolean own = Files.getAttribute(here, "unix:uid").equals(user) && Files.getAttribute(here, "unix:dev").equals(device);
        if (!own && here != directory) {
          return Optional.empty();
        }
        Path file = here.resolve(NAME);
        if (Files.exists(file)) {
          return Optional.of(file);
        }
        if (!own) {
          return Optional.empty();
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // a directory that cannot be looked into has none for this user
    }
  }

  /**
   * The manifest that a word means: a file, or that in a directory.
   *
   * @throws CarrelException of kind USAGE if there is none
   */
  static Path named(String word) {
    Path path = WorkplaceLine.here().resolve(word).normalize();
    Path file = Files.isDirectory(path) ? path.resolve(NAME) : path;
    if (!Files.exists(file)) {
      throw CarrelException.usage("there is no manifest " + file + ". carrel shell --export-manifest PACKAGE... > " + NAME + " writes one");
    }
    return file;
  }

  /** Where the lock of a manifest is: {@code carrel.lock} beside {@code carrel.toml}. */
  static Path lock(Path manifest) {
    String name = manifest.getFileName().toString();
    return manifest.resolveSibling((name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name) + LOCK);
  }

  /** The lock, if there is one. */
  static Optional<GivenFile> lockOf(Path manifest) {
    Path file = lock(manifest);
    return Files.exists(file) ? Optional.of(GivenFile.read(file)) : Optional.empty();
  }
}
