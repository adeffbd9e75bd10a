package ${package};

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A directory of tarballs. */
record Shelf(Path directory) {
  private static final Pattern NAME = Pattern.compile("([A-Za-z0-9+._-]+)-([A-Za-z0-9+._]+)\\.tar\\.gz");

  /** By their names; of several versions the last one in the order of the files' names. */
  Map<String, Tarball> tarballs() {
    Map<String, Tarball> tarballs = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.sorted().forEach(file -> {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          tarballs.put(name.group(1), new Tarball(name.group(1), name.group(2), file));
        }
      });
    } catch (IOException e) {
      throw CarrelException.failed("cannot look for tarballs in " + directory + ": " + e.getMessage() + ". Set TARBALLS to a directory", e);
    }
    return tarballs;
  }

  String fingerprint() {
    StringBuilder all = new StringBuilder();
    tarballs().values().forEach(tarball -> all.append(tarball.file()).append(' ').append(tarball.file().toFile().length()).append(' ')
        .append(tarball.file().toFile().lastModified()).append('\n'));
    return all.toString();
  }
}
