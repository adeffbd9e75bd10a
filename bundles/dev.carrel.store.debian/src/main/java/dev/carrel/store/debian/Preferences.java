package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.PackageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Versions that apt is to prefer for once: a file of preferences beside the host's own, apt_preferences(5). */
final class Preferences implements AutoCloseable {
  /** More than the release that the host prefers has; what somebody asks for by its version counts more. */
  private static final String PRIORITY = "999";

  private final List<String> settings;

  private Preferences(List<String> settings) {
    this.settings = settings;
  }

  /** For packages with their versions, but those of other sources; nothing has to be written for none. */
  static Preferences of(List<PackageRequest> preferred, AptState state, Path etc) {
    StringBuilder text = new StringBuilder();
    for (PackageRequest request : preferred) {
      if (PackageName.isName(request.name()) && PackageName.isVersion(request.version().orElse(""))) {
        text.append("Package: ").append(request.name()).append("\nPin: version ").append(request.version().orElse(""))
            .append("\nPin-Priority: ").append(PRIORITY).append("\n\n");
      }
    }
    if (text.length() == 0) {
      return new Preferences(List.of());
    }
    try {
      Path file = Files.createTempFile(state.directory().resolve("cache"), "preferences", "");
      Preferences preferences = new Preferences(List.of("-o", "Dir::Etc::Preferences=" + file));
      try {
        Files.writeString(file, text + own(etc.resolve("preferences")));
      } catch (IOException e) {
        preferences.close();
        throw e;
      }
      return preferences;
    } catch (IOException e) {
      throw CarrelException.failed("Packages could not be looked up: which versions are preferred could not be written for apt in "
          + state.directory() + " (" + e.getMessage() + "). Check that the file system is writable and has space left.", e);
    }
  }

  /** Those of the host, whose place the file takes. */
  private static String own(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** What to tell apt. */
  List<String> settings() {
    return settings;
  }

  @Override
  public void close() {
    for (String setting : settings) {
      if (setting.startsWith("Dir::")) {
        try {
          Files.deleteIfExists(Path.of(setting.substring(setting.indexOf('=') + 1)));
        } catch (IOException e) {
          // Rubbish only: apt reads it where it is told to.
        }
      }
    }
  }
}
