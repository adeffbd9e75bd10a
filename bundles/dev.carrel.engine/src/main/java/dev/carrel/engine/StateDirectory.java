package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/**
 * Where containers are recorded: {@code CARREL_STATE}, or else {@code /run/carrel} for root and {@code $XDG_RUNTIME_DIR/carrel}
 * for others, or, without that, a directory of the user's own in /tmp. Nobody else can read it.
 */
final class StateDirectory {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Map<String, String> environment;
  private final Host host;
  private Path found;

  /** The user is asked for only when it matters: it costs native code. */
  StateDirectory(Map<String, String> environment, Host host) {
    this.environment = environment;
    this.host = host;
  }

  /** Where it is or would be. */
  synchronized Path path() {
    if (found == null) {
      found = choose();
    }
    return found;
  }

  private Path choose() {
    String given = environment.getOrDefault("CARREL_STATE", "");
    if (!given.isEmpty()) {
      return Path.of(given).toAbsolutePath();
    }
    long user = host.account().uid();
    if (user == 0) {
      return Path.of("/run/carrel");
    }
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    Path directory = Path.of(runtime.isEmpty() ? "/run/user/" + user : runtime);
    if (directory.isAbsolute() && Files.isDirectory(directory) && Files.isWritable(directory)) {
      return directory.resolve("carrel");
    }
    return Path.of("/tmp/carrel-state-" + user);
  }

  /**
   * Makes it if it is not there.
   *
   * @throws CarrelException if it cannot be made, or belongs to somebody else
   */
  Path make() {
    Path directory = path();
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(directory.getParent());
        Files.createDirectory(directory, PRIVATE);
      }
    } catch (java.nio.file.FileAlreadyExistsException e) {
      // another process was quicker, or it is no directory, which the check tells
    } catch (IOException e) {
      throw CarrelException.failed("cannot make the directory " + directory + ", where containers are recorded: " + e.getMessage()
          + ". Set CARREL_STATE to a directory of your own", e);
    }
    check(directory);
    return directory;
  }

  /** Somebody else could have made it, in /tmp. */
  private void check(Path directory) {
    try {
      Map<String, Object> attributes = Files.readAttributes(directory, "unix:uid,mode,isDirectory", LinkOption.NOFOLLOW_LINKS);
      long owner = Integer.toUnsignedLong((Integer) attributes.get("uid"));
      boolean open = ((Integer) attributes.get("mode") & 0022) != 0;
      if (!Boolean.TRUE.equals(attributes.get("isDirectory")) || owner != host.account().uid() || open) {
        throw CarrelException.failed("cannot record containers in " + directory
            + ": it is no directory of yours that nobody else can write to. Remove it, or set CARREL_STATE to another");
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot record containers in " + directory + ": " + e.getMessage(), e);
    }
  }
}
