package dev.carrel.store.nix;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a store is. Its items name each other by logical paths, such as /nix/store/…, which are also those on the host, unless
 * the store has another root ({@code nix --store ROOT}).
 *
 * @param name what users call it: nix
 * @param title what people call it: Nix
 * @param root the directory in which the logical paths are found
 * @param items the logical directory of the items
 * @param state the logical directory of the database, the profiles and the roots
 * @param variable by which the root is chosen
 */
record Place(String name, String title, Path root, Path items, Path state, String variable) {
  private static final Path ROOT = Path.of("/");
  private static final int MOST_LINKS = 40; // as the kernel: path_resolution(7)

  static Place nix(String configured, Map<String, String> environment) {
    return new Place("nix", "Nix", root("CARREL_NIX_ROOT", configured, environment), Path.of("/nix/store"), Path.of("/nix/var/nix"),
        "CARREL_NIX_ROOT");
  }

  static Place guix(String configured, Map<String, String> environment) {
    return new Place("guix", "Guix", root("CARREL_GUIX_ROOT", configured, environment), Path.of("/gnu/store"), Path.of("/var/guix"),
        "CARREL_GUIX_ROOT");
  }

  /** @param configured by the component's properties; empty: as the environment says, or the host's own root */
  private static Path root(String variable, String configured, Map<String, String> environment) {
    String chosen = configured.isEmpty() ? environment.getOrDefault(variable, "") : configured;
    if (chosen.isEmpty()) {
      return ROOT;
    }
    try {
      Path path = Path.of(chosen);
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw CarrelException.usage("cannot use " + variable + "=" + chosen + ": it is not a path (" + e.getReason() + ")");
    }
    throw CarrelException.usage("cannot use " + variable + "=" + chosen + ": it is not an absolute path. Give one that begins with /");
  }

  /** Whether the logical paths are those on the host. */
  boolean isHosts() {
    return root.equals(ROOT);
  }

  Path database() {
    return onHost(state).resolve("db/db.sqlite");
  }

  /** A logical path on the host; what does not belong to the store is where it is. */
  Path onHost(Path logical) {
    boolean own = logical.startsWith(items) || logical.startsWith(state);
    return isHosts() || !own ? logical : root.resolve(ROOT.relativize(logical));
  }

  /** The logical path of one on the host. */
  Path inside(Path physical) {
    if (isHosts() || !physical.startsWith(root)) {
      return physical;
    }
    Path logical = ROOT.resolve(root.relativize(physical));
    return logical.startsWith(items) || logical.startsWith(state) ? logical : physical;
  }

  boolean isThere() {
    return Files.exists(database());
  }

  /** The item at or around a logical path; itself, if it is in none. */
  Path item(Path logical) {
    Path plain = logical.normalize();
    return plain.startsWith(items) && plain.getNameCount() > items.getNameCount()
        ? items.resolve(plain.getName(items.getNameCount())) : plain;
  }

  boolean isItem(Path logical) {
    return items.equals(logical.getParent());
  }

  /**
   * The item to which a path leads by symbolic links, such as a profile; where it ends otherwise. Links have logical paths, even
   * where the root is another one.
   */
  Path follow(Path path) throws IOException {
    return item(walk(inside(path.toAbsolutePath().normalize()), true));
  }

  /** Where something of an item is on the host, its links followed. */
  Path found(Path logical) {
    try {
      return isHosts() ? logical : onHost(walk(logical, false));
    } catch (IOException e) {
      return onHost(logical); // which is not there
    }
  }

  /** Follows symbolic links, up to an item or to the end. */
  private Path walk(Path path, boolean toItem) throws IOException {
    Path logical = path;
    for (int links = 0; links <= MOST_LINKS; links++) {
      if (toItem && logical.startsWith(items) && !logical.equals(items)) {
        return logical;
      }
      Path next = withoutOneLink(logical);
      if (next.equals(logical)) {
        if (!Files.exists(onHost(logical), LinkOption.NOFOLLOW_LINKS)) {
          throw new NoSuchFileException(logical.toString());
        }
        return logical;
      }
      logical = next;
    }
    throw new FileSystemLoopException(path.toString());
  }

  private Path withoutOneLink(Path logical) throws IOException {
    for (int names = 1; names <= logical.getNameCount(); names++) {
      Path part = ROOT.resolve(logical.subpath(0, names));
      if (Files.isSymbolicLink(onHost(part))) {
        Path to = inside(part.resolveSibling(Files.readSymbolicLink(onHost(part))).normalize());
        return names == logical.getNameCount() ? to : to.resolve(logical.subpath(names, logical.getNameCount()));
      }
    }
    return logical;
  }
}
