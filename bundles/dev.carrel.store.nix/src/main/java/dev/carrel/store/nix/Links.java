package dev.carrel.store.nix;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The programs that others expect at fixed places, and which items never have there. They come from the packages, or from what
 * these need; a shell also from another item of the store. What may have them is known by its name: to look into each of
 * thousands of items takes longer than all the rest.
 */
record Links(Finder finder) {
  private static final int BEFORE_NAME = 34; // a slash, the hash and a dash
  private static final Path SHELL = Path.of("/bin/sh");
  private static final Path ENV = Path.of("/usr/bin/env");
  private static final List<String> SHELLS = List.of("bash-interactive", "bash", "bash-minimal", "bash-static", "dash", "busybox");
  private static final List<String> TOOLS = List.of("coreutils", "coreutils-full", "coreutils-minimal", "uutils-coreutils", "busybox");

  /**
   * Finds them.
   *
   * @param closure of the packages; a shell may be of an item that is not in it
   */
  Map<Path, Path> find(Set<Path> packages, List<Path> closure) throws SQLException {
    Map<Path, Path> links = new HashMap<>();
    first("bin/sh", packages).or(() -> first("bin/sh", called(SHELLS, closure))).ifPresent(program -> links.put(SHELL, program));
    first("bin/env", packages).or(() -> first("bin/env", called(TOOLS, closure))).ifPresent(program -> links.put(ENV, program));
    if (!links.containsKey(SHELL)) {
      List<Path> others = finder.catalog().beginningWith("bash", "dash", "busybox");
      for (int i = 0; i < SHELLS.size() && !links.containsKey(SHELL); i++) {
        first("bin/sh", called(List.of(SHELLS.get(i)), others)).ifPresent(program -> links.put(SHELL, program));
      }
    }
    return links;
  }

  private List<Path> called(List<String> names, Collection<Path> items) {
    List<Path> called = new ArrayList<>();
    int start = finder.catalog().place().items().toString().length() + BEFORE_NAME;
    for (Path item : items) {
      String file = item.toString();
      for (String name : names) {
        if (file.startsWith(name, start) && ItemName.of(item).map(parts -> parts.isCalled(name, Optional.empty())).orElse(false)) {
          called.add(item);
        }
      }
    }
    return called;
  }

  private Optional<Path> first(String program, Collection<Path> items) {
    for (Path item : items) {
      if (Files.exists(finder.catalog().place().found(item.resolve(program)))) {
        return Optional.of(item.resolve(program));
      }
    }
    return Optional.empty();
  }
}
