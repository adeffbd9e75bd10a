package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.nio.file.Path;
import java.util.Map;

/** Where running systems keep what stays. */
final class SystemPlaces {
  private static final String NAME = "CARREL_SYSTEMS";

  private SystemPlaces() {}

  /**
   * The directory with the data of one instance: below {@code CARREL_SYSTEMS}, or else beside the store.
   *
   * @param instance a name of a container, which is no path
   * @throws CarrelException of kind USAGE if a relative path was chosen
   */
  static Path data(String instance, Map<String, String> environment) {
    String chosen = environment.getOrDefault(NAME, "");
    if (!chosen.isEmpty()) {
      Path path = Path.of(chosen);
      if (!path.isAbsolute()) {
        throw CarrelException.usage("cannot use " + NAME + "=" + chosen + ": it is not an absolute path. Give one that begins with /");
      }
      return path.normalize().resolve(instance);
    }
    String store = environment.getOrDefault("CARREL_STORE", "");
    if (!store.isEmpty()) {
      return Path.of(store).toAbsolutePath().normalize().resolveSibling(Path.of(store).getFileName() + "-systems").resolve(instance);
    }
    if (System.getProperty("user.name", "").equals("root")) {
      return Path.of("/var/lib/carrel-systems", instance);
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    Path base = data.startsWith("/") ? Path.of(data).normalize() : Path.of(System.getProperty("user.home"), ".local/share");
    return base.resolve("carrel-systems").resolve(instance);
  }
}
