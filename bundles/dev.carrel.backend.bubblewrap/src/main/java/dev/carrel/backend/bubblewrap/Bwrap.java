package dev.carrel.backend.bubblewrap;

import dev.carrel.backend.namespace.HostTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program bwrap of this host.
 *
 * @param path where it is
 * @param version what it says it is; empty if it says nothing that looks like a version
 */
record Bwrap(Path path, Optional<String> version) {
  private static final String NAME = "bwrap";
  private static final Pattern VERSION = Pattern.compile("bubblewrap ((\\d{1,6})\\.(\\d{1,6})\\S*)");
  /** The first one that limits the size of what is in memory. */
  private static final int OLDEST_MINOR = 7;
  private static final int SETUID = 04000;

  /**
   * Looks for it.
   *
   * @param path directories with colons between them, as in the variable PATH; null: the usual ones
   */
  static Optional<Bwrap> find(String path) {
    return HostTool.find(NAME, path, "").map(program -> new Bwrap(program, HostTool.version(program).flatMap(Bwrap::number)));
  }

  private static Optional<String> number(String said) {
    Matcher matcher = VERSION.matcher(said);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** Why containers cannot be made with it, and what to do; empty if nothing speaks against it. */
  Optional<String> obstacle() {
    if (version.isEmpty()) {
      return Optional.of(path + " does not tell its version. Install bubblewrap 0." + OLDEST_MINOR + " or newer");
    }
    Matcher matcher = VERSION.matcher("bubblewrap " + version.get());
    if (matcher.find() && Integer.parseInt(matcher.group(2)) == 0 && Integer.parseInt(matcher.group(3)) < OLDEST_MINOR) {
      return Optional.of(path + " is version " + version.get() + ", which cannot limit what is in memory. Install bubblewrap 0."
          + OLDEST_MINOR + " or newer");
    }
    if (isSetuid()) {
      return Optional.of(path + " is setuid, and keeps from its caller what Carrel has to give its own first process."
          + " Where users may make user namespaces it need not be: chmod u-s " + path);
    }
    return Optional.empty();
  }

  private boolean isSetuid() {
    try {
      return ((int) Files.getAttribute(path, "unix:mode") & SETUID) != 0;
    } catch (IOException e) {
      return false; // it is gone: its start will say so
    }
  }
}
