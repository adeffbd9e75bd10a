package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Host;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Where a user's store is. */
final class Location {
  /** The variable, and the property of the framework or the JVM, that says it. */
  static final String NAME = "CARREL_STORE";

  /** Where root's is. */
  static final String SYSTEM = "/var/lib/carrel";

  private static final String SAID = " (the variable, or the setting store.directory)";

  private Location() {}

  /** The environment, with what is configured where it says nothing. */
  static Map<String, String> configured(Map<String, String> environment, Map<String, Object> properties, Host host) {
    if (!properties.containsKey("directory") && !properties.containsKey("shared")) {
      return environment;
    }
    Map<String, String> all = new HashMap<>(environment);
    if (properties.get("directory") instanceof String directory && environment.getOrDefault(NAME, "").isEmpty()) {
      all.put(NAME, directory.startsWith("~/") ? host.account().home() + directory.substring(1) : directory);
    }
    if (properties.get("shared") instanceof String shared) {
      all.putIfAbsent(SystemStore.NAME, shared.equals("none") ? "" : shared);
    }
    return all;
  }

  /** Whether the user says where it is. */
  static boolean isChosen(String property, Map<String, String> environment) {
    return !property.isEmpty() || !environment.getOrDefault(NAME, "").isEmpty();
  }

  /**
   * Finds it, without touching a file.
   *
   * @param property of the framework or the JVM; empty if it is not set
   * @throws CarrelException of kind USAGE if a relative path was chosen
   */
  static Path of(Host host, String property, Map<String, String> environment) {
    String chosen = property.isEmpty() ? environment.getOrDefault(NAME, "") : property;
    if (!chosen.isEmpty()) {
      return absolute(chosen);
    }
    Account account = host.account();
    if (account.uid() == 0) {
      return Path.of(SYSTEM);
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    // The XDG base directory specification: a relative path is invalid and ignored.
    Path base = data.startsWith("/") ? Path.of(data).normalize() : account.home().resolve(".local/share");
    return base.resolve("carrel");
  }

  private static Path absolute(String chosen) {
    try {
      Path path = Path.of(chosen);
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw CarrelException.usage("cannot use " + NAME + "=" + chosen + SAID + ": it is not a path (" + e.getReason()
          + "). Give the absolute path of a directory");
    }
    throw CarrelException.usage("cannot use " + NAME + "=" + chosen + SAID + ": it is not an absolute path. Give one that begins with /");
  }
}
