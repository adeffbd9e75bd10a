package dev.carrel.store.nix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The profiles in which the user's packages are installed, the user's own before the host's. */
final class Profiles {
  private static final List<String> MANIFESTS = List.of("manifest.json", "manifest.nix", "manifest");

  private final Place place;
  private final List<Path> links;

  private Profiles(Place place, List<Path> links) {
    this.place = place;
    this.links = links;
  }

  static Profiles of(Place place, Map<String, String> environment) {
    List<Path> links = new ArrayList<>();
    String home = environment.getOrDefault("HOME", "");
    if (home.startsWith("/")) {
      links.add(Path.of(home, "." + place.name() + "-profile"));
    }
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    if (place.name().equals("nix") && (state.startsWith("/") || home.startsWith("/"))) {
      links.add((state.startsWith("/") ? Path.of(state) : Path.of(home, ".local/state")).resolve("nix/profile"));
    }
    links.add(place.state().resolve("profiles/default"));
    return new Profiles(place, links);
  }

  /** The items that are profiles now. */
  List<Path> current() {
    List<Path> current = new ArrayList<>();
    for (Path link : links) {
      try {
        Path item = place.follow(link);
        if (place.isItem(item) && !current.contains(item)) {
          current.add(item);
        }
      } catch (IOException e) {
        continue; // there is none
      }
    }
    return current;
  }

  /**
   * The items that are installed in a profile: those that its manifest names, in whatever language. Each is a string of its own
   * there; paths below an item, as of its recipe, are longer.
   */
  List<Path> installed(Path profile) {
    List<Path> installed = new ArrayList<>();
    Pattern item = Pattern.compile("\"(" + Pattern.quote(place.items().toString()) + "/[^/\"]+)\"");
    for (String manifest : MANIFESTS) {
      try {
        Matcher matcher = item.matcher(Files.readString(place.found(profile.resolve(manifest))));
        while (matcher.find()) {
          Path path = Path.of(matcher.group(1));
          if (!installed.contains(path)) {
            installed.add(path);
          }
        }
      } catch (IOException e) {
        continue; // a profile has one of them
      }
    }
    return installed;
  }
}
