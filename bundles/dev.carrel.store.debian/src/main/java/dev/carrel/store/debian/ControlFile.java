package dev.carrel.store.debian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a package says of itself: deb-control(5), one paragraph.
 *
 * @param lines as they are
 */
record ControlFile(List<String> lines) {
  ControlFile {
    lines = List.copyOf(lines);
  }

  static ControlFile read(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readString(file).split("\n")) {
      if (!line.isBlank()) {
        lines.add(line);
      }
    }
    return new ControlFile(lines);
  }

  /** The first line of a field; empty if it is not there. Names of fields are read without regard to case. */
  String field(String name) {
    for (String line : lines) {
      if (line.length() > name.length() && line.charAt(name.length()) == ':' && line.regionMatches(true, 0, name, 0, name.length())) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  /** The names of packages in a field such as Depends, alternatives one after another. */
  List<String> packages(String name) {
    List<String> names = new ArrayList<>();
    for (String part : field(name).split("[,|]")) {
      String word = part.strip();
      int end = 0;
      while (end < word.length() && " (:[<".indexOf(word.charAt(end)) < 0) {
        end++;
      }
      if (end > 0) {
        names.add(word.substring(0, end));
      }
    }
    return names;
  }
}
