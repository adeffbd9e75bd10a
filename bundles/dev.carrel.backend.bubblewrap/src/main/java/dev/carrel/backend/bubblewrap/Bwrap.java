package dev.carrel.backend.bubblewrap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
  private static final String USUAL_PATH = "/usr/local/bin:/usr/bin:/bin";
  private static final Pattern VERSION = Pattern.compile("bubblewrap ((\\d{1,6})\\.(\\d{1,6})\\S*)");
  /** The first one that limits the size of what is in memory. */
  private static final int OLDEST_MINOR = 7;
  private static final int SETUID = 04000;
  private static final int PATIENCE_SECONDS = 10;

  /**
   * Looks for it.
   *
   * @param path directories with colons between them, as in the variable PATH; null: the usual ones
   */
  static Optional<Bwrap> find(String path) {
    for (String directory : (path == null ? USUAL_PATH : path).split(":")) {
      Path candidate = Path.of(directory, NAME);
      if (directory.startsWith("/") && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
        return Optional.of(new Bwrap(candidate, ask(candidate)));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> ask(Path program) {
    try {
      Process process = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      try (InputStream out = process.getInputStream()) {
        process.getOutputStream().close();
        String said = new String(out.readNBytes(1000), StandardCharsets.UTF_8);
        if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
          Matcher matcher = VERSION.matcher(said);
          return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
        }
        return Optional.empty();
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
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
