package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemStart.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * In what a generation differs from what runs, besides files and services: what can be had at once, and what takes another start.
 *
 * @param started what the container was started as
 * @param present what it has taken up since
 * @param mounted whether it has the packages of the next one
 */
record SystemDifference(SystemStart started, SystemStart present, SystemStart next, boolean mounted) {
  /** How it is run, and not what it is. */
  private static final Set<String> CALLS = Set.of("detach", "pid-file");
  private static final int NAMED = 8;

  /**
   * The limits that are declared differently, as they are to be; empty if a container without any is none whose limits can be changed.
   *
   * @throws CarrelException of kind USAGE if one makes no sense
   */
  Optional<Limits> limits(ContainerInfo container) {
    List<String> words = new ArrayList<>();
    for (String option : different(present.options(), next.options())) {
      if (isLimit(option) && next.options().contains(option)) {
        words.add(option);
      }
    }
    return words.isEmpty() || container.limits().isEmpty() ? Optional.empty()
        : WorkplaceOptions.SHELL.parse(SystemLine.NAME, words.toArray(String[]::new), false).limits();
  }

  /** What changes only when it is started again, by name; nothing if that is nothing. */
  List<String> later(ContainerInfo container) {
    List<String> later = new ArrayList<>();
    if (!mounted && !started.profile().equals(next.profile())) {
      later.add(packages());
    }
    Set<String> mappings = new LinkedHashSet<>();
    for (SystemMapping mapping : different(started.mappings(), next.mappings())) {
      mappings.add(mapping.target().toString());
    }
    add("mappings", mappings, later);
    Set<String> directories = new LinkedHashSet<>();
    for (Kept kept : different(started.persistent(), next.persistent())) {
      directories.add(kept.path().toString());
    }
    add("directories that stay", directories, later);
    Set<String> options = new LinkedHashSet<>();
    boolean limited = container.limits().isPresent();
    for (String option : different(started.options(), next.options())) {
      // A limit that is no longer declared stays until somebody says another one.
      if (!CALLS.contains(name(option)) && (!limited || !isLimit(option) || !hasSuccessor(option))) {
        options.add(name(option));
      }
    }
    if (!started.hostname().equals(next.hostname())) {
      options.add("hostname");
    }
    if (!started.locale().equals(next.locale())) {
      options.add("locale");
    }
    add("options", options, later);
    return later;
  }

  private static void add(String what, Set<String> names, List<String> later) {
    if (!names.isEmpty()) {
      later.add(named(what, names));
    }
  }

  private static String named(String what, Set<String> names) {
    List<String> some = new ArrayList<>(names).subList(0, Math.min(NAMED, names.size()));
    return what + " (" + String.join(", ", some) + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "") + ")";
  }

  private boolean hasSuccessor(String option) {
    return next.options().stream().anyMatch(other -> name(other).equals(name(option)));
  }

  private static boolean isLimit(String option) {
    return LimitOptions.isOne(name(option));
  }

  private static String name(String option) {
    int equals = option.indexOf('=');
    return (equals < 0 ? option : option.substring(0, equals)).replaceFirst("^-+", "");
  }

  private static <T> List<T> different(List<T> some, List<T> others) {
    List<T> different = new ArrayList<>(some);
    different.removeAll(others);
    for (T other : others) {
      if (!some.contains(other)) {
        different.add(other);
      }
    }
    return different;
  }

  /** Those that are there in one of both, or in another version, by name. */
  String packages() {
    Map<String, String> before = versions((mounted ? present : started).profile());
    Map<String, String> after = versions(next.profile());
    Set<String> names = new LinkedHashSet<>();
    after.forEach((name, version) -> {
      if (!version.equals(before.get(name))) {
        names.add(name);
      }
    });
    before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(names::add);
    if (names.isEmpty()) {
      names.add("how they are configured");
    }
    return named("packages", names);
  }

  /** Of a profile that was configured, its own database says it. */
  private static Map<String, String> versions(Path profile) {
    Map<String, String> versions = new TreeMap<>();
    String name = "";
    try {
      for (String line : Files.readAllLines(profile.resolve("var/lib/dpkg/status"))) {
        if (line.startsWith("Package: ")) {
          name = line.substring("Package: ".length());
        } else if (line.startsWith("Version: ")) {
          versions.put(name, line.substring("Version: ".length()));
        }
      }
    } catch (IOException e) {
      return versions; // it has none
    }
    return versions;
  }
}
