package dev.carrel.store;

import dev.carrel.api.store.Origin;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What is noted of an item beside it: all that the database knows of it, where it came from, and what it consists of. The
 * database can be made again from it.
 *
 * @param entry as the database has it
 * @param time when it was registered, in seconds since 1970
 * @param files everything in it
 */
record About(Database.Entry entry, long time, Optional<Origin> origin, Listing files) {
  private static final String FORMAT = "carrel-item 1";

  /** Writes it, in one step. */
  void write(Path file) throws IOException {
    Path fresh = file.resolveSibling("." + file.getFileName());
    Files.writeString(fresh, text());
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("r--r--r--")); // whatever the umask: others read it, too
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** As lines. */
  String text() {
    StringBuilder text = new StringBuilder(FORMAT).append('\n');
    text.append("hash ").append(entry.hash()).append('\n');
    text.append("size ").append(entry.size()).append('\n');
    text.append("version ").append(entry.item().version()).append('\n');
    text.append("time ").append(time).append('\n');
    for (StorePath reference : entry.references()) {
      text.append("reference ").append(reference.version()).append('\t').append(reference.fileName()).append('\n');
    }
    if (origin.isPresent()) {
      Resolved made = origin.get().made();
      text.append("origin ").append(String.join("\t", origin.get().source(), made.name(), made.version(), made.architecture(),
          Long.toString(made.size()), made.sha256(), made.location())).append('\n');
    }
    return text.append("files\n").append(files.text()).toString();
  }

  /**
   * Reads it.
   *
   * @param item the name of the item
   * @return nothing if there is no such file, or it is damaged: then what it would tell is found out otherwise
   */
  static Optional<About> read(Path file, String item) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(Files.readAllLines(file), item));
    } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** @throws IllegalArgumentException if this is not what is noted of an item */
  static About parse(List<String> lines, String item) {
    if (lines.isEmpty() || !lines.get(0).equals(FORMAT)) {
      throw new IllegalArgumentException("it does not begin with '" + FORMAT + "'");
    }
    String hash = "";
    String version = "";
    long size = 0;
    long time = 0;
    Collection<StorePath> references = new ArrayList<>();
    String origin = "";
    int at = 1;
    for (; at < lines.size() && !lines.get(at).equals("files"); at++) {
      String line = lines.get(at);
      String value = line.substring(line.indexOf(' ') + 1);
      switch (line.substring(0, Math.max(line.indexOf(' '), 0))) {
        case "hash" -> hash = value;
        case "size" -> size = Long.parseLong(value);
        case "version" -> version = value;
        case "time" -> time = Long.parseLong(value);
        case "reference" -> references.add(reference(value));
        case "origin" -> origin = value;
        default -> throw new IllegalArgumentException("'" + line + "'");
      }
    }
    if (hash.isEmpty() || at == lines.size()) {
      throw new IllegalArgumentException("it ends too early");
    }
    Listing files = new Listing();
    lines.subList(at + 1, lines.size()).forEach(files::read);
    StorePath path = ItemName.parse(item, version);
    return new About(new Database.Entry(path, hash, size, references), time,
        origin.isEmpty() ? Optional.empty() : Optional.of(origin(origin, path)), files);
  }

  private static StorePath reference(String text) {
    int tab = text.indexOf('\t');
    if (tab < 0) {
      throw new IllegalArgumentException("'" + text + "'");
    }
    return ItemName.parse(text.substring(tab + 1), text.substring(0, tab));
  }

  private static Origin origin(String text, StorePath item) {
    String[] fields = text.split("\t", -1);
    if (fields.length != 7) {
      throw new IllegalArgumentException("'" + text + "'");
    }
    return new Origin(fields[0], new Resolved(fields[1], fields[2], fields[3], item, Long.parseLong(fields[4]), fields[5], fields[6]));
  }
}
