package dev.carrel.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What is noted of items, and is of no use once they are gone. */
record UnneededNotes(Layout layout) {
  /**
   * Removes notes of items that go and of those that are not there.
   *
   * @param going the names of items that go
   * @param before the names of items that were valid
   * @param held the names of items that somebody may be making
   */
  void remove(Set<String> going, Set<String> before, Set<String> held) throws IOException {
    try (DirectoryStream<Path> notes = Files.newDirectoryStream(layout.about())) {
      for (Path note : notes) {
        String name = note.getFileName().toString();
        if (going.contains(name) || !before.contains(name) && !held.contains(name)) {
          Files.deleteIfExists(note);
        }
      }
    }
  }
}
