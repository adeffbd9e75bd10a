package dev.carrel.backend.namespace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program of the host that a backend may have make namespaces and mounts. */
public final class HostTool {
  private static final String USUAL_PATH = "/usr/local/bin:/usr/bin:/bin";
  private static final int PATIENCE_SECONDS = 10;

  private HostTool() {}

  /**
   * Looks for it.
   *
   * @param path directories with colons between them, as in the variable PATH; null: the usual ones
   * @param also more of them, for which a PATH need not have
   */
  public static Optional<Path> find(String name, String path, String also) {
    for (String directory : ((path == null ? USUAL_PATH : path) + ":" + also).split(":")) {
      Path candidate = Path.of(directory, name);
      if (directory.startsWith("/") && isProgram(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** Whether it could be executed. */
  public static boolean isProgram(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }

  /** The beginning of what it says of its version; empty if it fails, or does not end soon. */
  public static Optional<String> version(Path program) {
    try {
      Process process = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      try (InputStream out = process.getInputStream()) {
        process.getOutputStream().close();
        String said = new String(out.readNBytes(1000), StandardCharsets.UTF_8);
        return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0 ? Optional.of(said) : Optional.empty();
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
}
