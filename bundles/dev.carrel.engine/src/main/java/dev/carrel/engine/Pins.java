package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Life.Pin;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * The links that keep items of other stores from collection while a container is there. They are noted in its record before they
 * are made, so that whoever forgets the record finds them. Each leads through a link in the record: one that is left over, as
 * after a loss of power, leads nowhere.
 */
record Pins(Path record, Properties lines) {
  private static final String PIN = "pin.";

  /** Notes what {@link #make} will make. */
  static void note(Properties lines, String id, List<Pin> pins) {
    for (int i = 0; i < pins.size(); i++) {
      lines.setProperty(PIN + i, pins.get(i).directory().resolve("carrel-" + id + "-" + i).toString());
    }
  }

  /** @throws CarrelException if one cannot be made */
  void make(List<Pin> pins) {
    for (int i = 0; i < pins.size(); i++) {
      Path link = Path.of(lines.getProperty(PIN + i));
      try {
        makeDirectory(link.getParent());
        Path through = Files.createSymbolicLink(record.resolve(PIN + i), pins.get(i).item());
        Files.createSymbolicLink(link, through);
      } catch (IOException e) {
        throw CarrelException.failed("cannot keep " + pins.get(i).item() + " from collection by the link " + link + ": "
            + e + ". Make that directory writable for you", e);
      }
    }
  }

  private static void makeDirectory(Path directory) throws IOException {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectory(directory);
      }
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) { // else somebody was quicker
        throw e;
      }
    }
  }

  /** Whether any is noted. */
  boolean any() {
    return lines.getProperty(PIN + 0) != null;
  }

  /** Removes those that are there and this container's. */
  void remove() {
    for (int i = 0; lines.getProperty(PIN + i) != null; i++) {
      Path link = Path.of(lines.getProperty(PIN + i));
      try {
        if (Files.readSymbolicLink(link).equals(record.resolve(PIN + i))) {
          Files.delete(link);
        }
        Files.deleteIfExists(record.resolve(PIN + i));
      } catch (IOException e) {
        // it was never made, the collector has removed it, or it leads nowhere from now on
      }
    }
  }
}
