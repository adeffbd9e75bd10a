package dev.carrel.store.debian;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * Writes what packages bring that others may be interested in which are configured already: dpkg would tell them when it unpacks; see
 * deb-triggers(5).
 */
final class Activations {
  private final Path material;

  Activations(Path material) {
    this.material = material;
  }

  void write(List<UnpackedPackage> packages) throws IOException {
    TreeSet<String> paths = new TreeSet<>();
    TreeSet<String> names = new TreeSet<>();
    for (UnpackedPackage one : packages) {
      paths.addAll(one.files());
      if (one.has("triggers")) {
        for (String line : Files.readString(one.controlFile("triggers"), StandardCharsets.ISO_8859_1).split("\n")) {
          String[] words = line.replaceAll("#.*", "").strip().split("\\s+");
          if (words.length == 2 && words[0].startsWith("activate") && !words[1].startsWith("-")) {
            names.add(words[1]);
          }
        }
      }
    }
    Files.writeString(material.resolve("paths"), String.join("\n", paths) + "\n");
    Files.writeString(material.resolve("activated"), names.isEmpty() ? "" : String.join("\n", names) + "\n");
  }
}
