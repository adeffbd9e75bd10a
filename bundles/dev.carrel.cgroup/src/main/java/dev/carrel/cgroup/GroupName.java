package dev.carrel.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The directories of one container's groups, as a text that is kept with its record: a line for each controller of version 1, and one for
 * version 2.
 *
 * @param first those of version 1, by their controllers; some may share one
 * @param second that of version 2
 */
record GroupName(Map<Controller, Path> first, Optional<Path> second) {
  private static final String SECOND = "unified";

  GroupName {
    first = Map.copyOf(first);
  }

  /** Reads what {@link #toString} wrote. */
  static GroupName parse(String text) {
    Map<Controller, Path> first = new EnumMap<>(Controller.class);
    Optional<Path> second = Optional.empty();
    for (String line : text.split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        Path directory = Path.of(line.substring(equals + 1));
        String name = line.substring(0, equals);
        if (name.equals(SECOND)) {
          second = Optional.of(directory);
        } else {
          Controller.ofFirst(name).ifPresent(controller -> first.put(controller, directory));
        }
      }
    }
    return new GroupName(first, second);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Controller controller : Controller.values()) {
      if (first.containsKey(controller)) {
        text.append(controller.first()).append('=').append(first.get(controller)).append('\n');
      }
    }
    second.ifPresent(directory -> text.append(SECOND).append('=').append(directory).append('\n'));
    return text.toString().strip();
  }

  /** Each directory of version 1 once. */
  Set<Path> firstDirectories() {
    Set<Path> directories = new LinkedHashSet<>();
    for (Controller controller : Controller.values()) {
      if (first.containsKey(controller)) {
        directories.add(first.get(controller));
      }
    }
    return directories;
  }

  List<Path> directories() {
    List<Path> directories = new ArrayList<>(firstDirectories());
    second.ifPresent(directories::add);
    return directories;
  }

  /** The last part of its paths, the same in all hierarchies. */
  String leaf() {
    List<Path> directories = directories();
    return directories.isEmpty() ? "" : directories.get(0).getFileName().toString();
  }
}
