package dev.carrel.addon;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where new add-ons come from: files, directories, Maven repositories. */
final class Sources {
  private final MavenRepository maven;

  Sources(MavenRepository maven) {
    this.maven = maven;
  }

  /** The files that are meant, each with the words for it. */
  Map<Path, String> find(List<String> words) {
    Map<Path, String> files = new LinkedHashMap<>();
    for (String word : words) {
      Path path = path(word);
      if (Files.isDirectory(path)) {
        inside(path, word).forEach(jar -> files.put(jar, jar.toString()));
      } else if (Files.isRegularFile(path)) {
        files.put(path, word);
      } else if (MavenRepository.isMeant(word)) {
        files.put(maven.find(word), word);
      } else if (Files.exists(path)) {
        throw CarrelException.usage("cannot install " + word + ": it is neither a file nor a directory");
      } else {
        throw CarrelException.usage("cannot install " + word + ": there is no such file. Give the path of a jar or of a directory with jars,"
            + " or group:artifact:version");
      }
    }
    return files;
  }

  private static Path path(String word) {
    if (word.isEmpty()) { // an empty variable means no directory, and least of all this one
      throw CarrelException.usage("cannot install '': it names nothing. Give the path of a jar or of a directory with jars, or group:artifact:version");
    }
    try {
      return Path.of(word).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw CarrelException.usage("cannot install " + word + ": it is no path (" + e.getReason() + ")");
    }
  }

  private static List<Path> inside(Path directory, String word) {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> jars = files.filter(file -> Folder.isJar(file.getFileName().toString()) && Files.isRegularFile(file)).sorted().toList();
      if (jars.isEmpty()) {
        throw CarrelException.usage("cannot install " + word + ": no jar is in that directory");
      }
      return jars;
    } catch (IOException e) {
      throw CarrelException.usage("cannot install " + word + ": the directory cannot be read: " + e.getMessage());
    }
  }
}
