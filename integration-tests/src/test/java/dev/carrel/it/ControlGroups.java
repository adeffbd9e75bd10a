package dev.carrel.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Control groups of containers, looked for past Carrel. */
final class ControlGroups {
  private static final Path GROUPS = Path.of("/sys/fs/cgroup");
  private static final int DEEPEST = 9;

  private ControlGroups() {}

  /** Those of the containers of a state directory that are there, wherever they are. */
  static List<Path> of(Path state) throws IOException {
    List<Path> found = new ArrayList<>();
    find(GROUPS, Integer.toHexString(state.toString().hashCode()) + "-", DEEPEST, found);
    return found;
  }

  /** Others come and go meanwhile. */
  private static void find(Path place, String owner, int depth, List<Path> found) throws IOException {
    String[] names = depth == 0 ? null : place.toFile().list((parent, name) -> !name.contains(".") || name.endsWith(".slice") || name.endsWith(".scope")
        || name.endsWith(".service"));
    for (String name : names == null ? new String[0] : names) {
      Path inner = place.resolve(name);
      if (name.startsWith(owner)) {
        found.add(inner);
      } else if (Files.isDirectory(inner)) {
        find(inner, owner, depth - 1, found);
      }
    }
  }
}
