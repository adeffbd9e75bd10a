package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Host;
import java.nio.file.Path;
import java.util.Map;

/** Where a user's store is. */
final class Location {
  private Location() {}

  static Path of(Host host, Map<String, String> environment) {
    String chosen = environment.getOrDefault("CARREL_STORE", "");
    if (!chosen.isEmpty()) {
      Path path = Path.of(chosen);
      if (!path.isAbsolute()) {
        throw CarrelException.usage("cannot use CARREL_STORE=" + chosen + ": it is not an absolute path");
      }
      return path.normalize();
    }
    Account account = host.account();
    if (account.uid() == 0) {
      return Path.of("/var/lib/carrel");
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    Path base = data.startsWith("/") ? Path.of(data) : account.home().resolve(".local/share");
    return base.resolve("carrel");
  }
}
