package dev.carrel.store;

import dev.carrel.api.store.Upkeep.CollectionEnd;
import dev.carrel.api.store.Upkeep.LastCollection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is noted of the collection that began last, in a file of lines: others look at it. It is worth no failure. */
final class CollectionNote {
  private static final String FORMAT = "carrel-collection 1";
  private static final String COMPLETE = "complete";
  private static final int LINES = 6;

  private final Path file;

  CollectionNote(Path file) {
    this.file = file;
  }

  /** Writes it, in one step; where that cannot be done, on a full disk for example, others look in vain. */
  void write(LastCollection collection) {
    Path fresh = file.resolveSibling(".collection-" + ProcessHandle.current().pid());
    try {
      Files.writeString(fresh, text(collection));
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      fresh.toFile().delete();
    }
  }

  private static String text(LastCollection collection) {
    StringBuilder text = new StringBuilder(FORMAT).append('\n').append(collection.began()).append('\n');
    collection.end().ifPresent(end -> text.append(end.time()).append('\n').append(end.complete() ? COMPLETE : "failed").append('\n')
        .append(end.items()).append('\n').append(end.bytes()).append('\n'));
    return text.toString();
  }

  /** Nothing if there is none, or it makes no sense. */
  Optional<LastCollection> read() {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.isEmpty() || !lines.get(0).equals(FORMAT) ? Optional.empty() : Optional.of(parse(lines));
    } catch (IOException | DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static LastCollection parse(List<String> lines) {
    if (lines.size() != 2 && lines.size() != LINES) {
      throw new IllegalArgumentException("it has " + lines.size() + " lines");
    }
    Optional<CollectionEnd> end = lines.size() == 2 ? Optional.empty()
        : Optional.of(new CollectionEnd(Instant.parse(lines.get(2)), lines.get(3).equals(COMPLETE), Integer.parseInt(lines.get(4)), Long.parseLong(lines.get(5))));
    return new LastCollection(Instant.parse(lines.get(1)), end);
  }
}
