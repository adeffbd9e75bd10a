package dev.carrel.store.nix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The variables by which programs find what is in packages. A profile of Guix's says itself which they are, in etc/profile; of
 * other items the usual directories count.
 */
final class SearchPaths {
  private static final List<Usual> USUAL = List.of(new Usual("PATH", "bin"), new Usual("PATH", "sbin"), new Usual("MANPATH", "share/man"),
      new Usual("INFOPATH", "share/info"), new Usual("XDG_DATA_DIRS", "share"), new Usual("PKG_CONFIG_PATH", "lib/pkgconfig"),
      new Usual("PKG_CONFIG_PATH", "share/pkgconfig"), new Usual("ACLOCAL_PATH", "share/aclocal"));
  private static final Pattern EXPORT = Pattern.compile("export ([A-Za-z_][A-Za-z0-9_]*)=\"([^\"]*)\"");
  /** The value that the variable had before, behind or before the profile's own. */
  private static final Pattern BEFORE = Pattern.compile("\\$\\{[A-Za-z0-9_]+:\\+:\\}\\$[A-Za-z0-9_]+");
  private static final Pattern PROFILE = Pattern.compile("\\$\\{GUIX_PROFILE:-([^}]*)\\}");

  /** A directory of a package that belongs into a variable. */
  private record Usual(String variable, String directory) {}

  private final Place place;
  private final Map<String, Set<String>> found = new LinkedHashMap<>();

  private SearchPaths(Place place) {
    this.place = place;
  }

  /** Of packages, in that order, and of what they want in a user's environment beside them. */
  static Map<String, String> of(Place place, Iterable<Path> packages) {
    SearchPaths paths = new SearchPaths(place);
    Set<Path> seen = new LinkedHashSet<>();
    for (Path item : packages) {
      paths.add(item, seen);
    }
    Map<String, String> variables = new LinkedHashMap<>();
    paths.found.forEach((name, values) -> variables.put(name, String.join(":", values)));
    return variables;
  }

  private void add(Path item, Set<Path> seen) {
    if (!seen.add(item)) {
      return;
    }
    String profile = text(item.resolve("etc/profile"));
    if (Files.exists(place.found(item.resolve("manifest"))) && !profile.isEmpty()) {
      declared(item, profile);
    } else {
      usual(item);
    }
    for (String other : text(item.resolve("nix-support/propagated-user-env-packages")).trim().split("\\s+")) {
      if (other.startsWith("/") && place.isItem(Path.of(other))) {
        add(Path.of(other), seen);
      }
    }
  }

  private void usual(Path item) {
    for (Usual usual : USUAL) {
      if (Files.isDirectory(place.found(item.resolve(usual.directory())))) {
        put(usual.variable(), item.resolve(usual.directory()).toString());
      }
    }
  }

  private void declared(Path item, String profile) {
    Matcher export = EXPORT.matcher(profile);
    while (export.find()) {
      String value = BEFORE.matcher(export.group(2)).replaceAll("");
      value = PROFILE.matcher(value).replaceAll(Matcher.quoteReplacement(item.toString()));
      if (!value.isEmpty() && value.indexOf('$') < 0 && value.indexOf('`') < 0 && value.indexOf('\0') < 0) {
        put(export.group(1), value);
      }
    }
  }

  private void put(String name, String value) {
    found.computeIfAbsent(name, none -> new LinkedHashSet<>()).add(value);
  }

  private String text(Path logical) {
    Path file = place.found(logical);
    try {
      return Files.isRegularFile(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      return ""; // no text, or not for everybody: as if it were not there
    }
  }
}
