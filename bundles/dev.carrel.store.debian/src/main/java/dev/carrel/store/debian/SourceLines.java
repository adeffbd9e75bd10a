package dev.carrel.store.debian;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The host's sources of packages, with source packages from wherever it takes packages: few hosts have lines that say deb-src.
 * Both forms of sources.list(5). What says deb-src already stays; apt takes a source that is named twice for one.
 */
final class SourceLines {
  private static final String TYPES = "types:";

  private SourceLines() {}

  /** Makes a directory's content what follows from the sources in {@code etc}. */
  static void write(Path etc, Path directory) throws IOException {
    Map<String, String> files = derived(etc);
    for (Map.Entry<String, String> file : files.entrySet()) {
      AptState.replace(directory.resolve(file.getKey()), file.getValue());
    }
    try (DirectoryStream<Path> present = Files.newDirectoryStream(directory, "[01]-*.{list,sources}")) {
      for (Path file : present) {
        if (!files.containsKey(file.getFileName().toString())) {
          Files.deleteIfExists(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Whether options or fields whose names have one of these in them, in small letters, may be in the sources in {@code etc}. */
  static boolean mention(Path etc, List<String> options) throws IOException {
    for (String text : derived(etc).values()) {
      String small = text.toLowerCase(Locale.ROOT);
      for (String option : options) {
        if (small.contains(option)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Map<String, String> derived(Path etc) throws IOException {
    Map<String, String> files = new TreeMap<>();
    add(etc.resolve("sources.list"), "0-sources.list", files);
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(etc.resolve("sources.list.d"))) {
      for (Path part : parts) {
        add(part, "1-" + part.getFileName(), files);
      }
    } catch (NoSuchFileException e) {
      // The one file may be all.
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  private static void add(Path file, String name, Map<String, String> files) throws IOException {
    boolean lines = name.endsWith(".list");
    if (Files.isRegularFile(file) && (lines || name.endsWith(".sources"))) {
      // A byte is a character: comments may be in any encoding.
      List<String> text = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
      String derived = String.join("\n", lines ? ofLines(text) : ofStanzas(text)) + "\n";
      files.put(name, new String(derived.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }
  }

  /** {@code deb [options] uri suite component...}, a line each. */
  static List<String> ofLines(List<String> lines) {
    List<String> all = new ArrayList<>();
    for (String line : lines) {
      all.add(line);
      String stripped = line.strip();
      if (stripped.startsWith("deb ") || stripped.startsWith("deb\t")) {
        all.add("deb-src" + stripped.substring("deb".length()));
      }
    }
    return all;
  }

  /** Stanzas of fields, deb822(5), in which {@code Types: deb} may be followed by more on lines that begin with a space. */
  static List<String> ofStanzas(List<String> lines) {
    List<String> all = new ArrayList<>(lines);
    for (int i = 0; i < all.size(); i++) {
      String line = all.get(i);
      if (!line.regionMatches(true, 0, TYPES, 0, TYPES.length())) {
        continue;
      }
      StringBuilder types = new StringBuilder(line.substring(TYPES.length()));
      for (int next = i + 1; next < all.size() && all.get(next).startsWith(" ") && !all.get(next).isBlank(); next++) {
        types.append(all.get(next));
      }
      List<String> words = Arrays.asList(types.toString().strip().split("\\s+"));
      if (words.contains("deb") && !words.contains("deb-src")) {
        all.set(i, line + " deb-src");
      }
    }
    return all;
  }
}
