package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.StorePath;
import dev.carrel.store.Listing.Entry;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Items as a tar archive: {@code manifest}, a line for each item with its hash; then for each {@code about/<item>}, what is noted
 * of it, and {@code items/<item>/...}. Unions are told only: they are made again from what they consist of. The same items
 * are the same bytes.
 */
final class Archive {
  static final String FORMAT = "carrel-store 1";
  private static final String MANIFEST = "manifest";
  private static final String ABOUT = "about/";
  private static final String ITEMS = "items/";
  private static final int PLAIN = 0100444;
  private static final int PROGRAM = 0100555;
  private static final int DIRECTORY = 040555;
  private static final int MOST_TEXT = 256 << 20;

  private final Layout layout;
  private final Progress progress;

  Archive(Layout layout, Progress progress) {
    this.layout = layout;
    this.progress = progress;
  }

  /** Writes items with what is noted of them; of those that are among the unions, only that. */
  void write(Map<String, About> items, Set<String> unions, OutputStream out) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new BufferedOutputStream(out, 1 << 16), StandardCharsets.UTF_8.name());
        Progress.Task task = progress.begin("sending", items.size(), Progress.Unit.ITEMS)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      StringBuilder manifest = new StringBuilder(FORMAT).append('\n');
      items.forEach((name, about) -> manifest.append(about.entry().hash()).append(' ').append(name).append('\n'));
      text(tar, MANIFEST, manifest.toString());
      long done = 0;
      for (Map.Entry<String, About> item : items.entrySet()) {
        task.detail(item.getValue().entry().item().name());
        text(tar, ABOUT + item.getKey(), item.getValue().text());
        if (!unions.contains(item.getKey())) {
          files(tar, item.getKey(), item.getValue().files());
        }
        task.done(++done);
      }
      tar.finish();
    }
  }

  private static void text(TarArchiveOutputStream tar, String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = entry(name, TarConstants.LF_NORMAL, PLAIN);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private static TarArchiveEntry entry(String name, byte flag, int mode) {
    TarArchiveEntry entry = new TarArchiveEntry(name, flag);
    entry.setMode(mode);
    entry.setModTime(1000);
    entry.setIds(0, 0);
    return entry;
  }

  private void files(TarArchiveOutputStream tar, String item, Listing files) throws IOException {
    tar.putArchiveEntry(entry(ITEMS + item + "/", TarConstants.LF_DIR, DIRECTORY));
    tar.closeArchiveEntry();
    Path tree = layout.items().resolve(item);
    for (Map.Entry<String, Entry> file : files.entries().entrySet()) {
      String name = ITEMS + item + "/" + file.getKey();
      TarArchiveEntry entry;
      switch (file.getValue().kind()) {
        case DIRECTORY -> tar.putArchiveEntry(entry(name + "/", TarConstants.LF_DIR, DIRECTORY));
        case LINK -> {
          entry = entry(name, TarConstants.LF_SYMLINK, 0120777);
          entry.setLinkName(file.getValue().content());
          tar.putArchiveEntry(entry);
        }
        default -> {
          Path path = tree.resolve(file.getKey());
          entry = entry(name, TarConstants.LF_NORMAL, file.getValue().kind() == Listing.Kind.PROGRAM ? PROGRAM : PLAIN);
          entry.setSize(Files.size(path));
          tar.putArchiveEntry(entry);
          Files.copy(path, tar);
        }
      }
      tar.closeArchiveEntry();
    }
  }

  /** What an archive begins with: names of items and their hashes, in their order. */
  record Manifest(Map<StorePath, String> items) {}

  /** An archive that is being read. */
  final class Reading implements AutoCloseable {
    private final TarArchiveInputStream tar;

    Reading(InputStream in) throws IOException {
      tar = new TarArchiveInputStream(Decompression.of(in), StandardCharsets.UTF_8.name());
    }

    Manifest manifest() throws IOException {
      TarArchiveEntry entry = tar.getNextEntry();
      if (entry == null || !entry.getName().equals(MANIFEST)) {
        throw new IOException("it is no archive that carrel store export made");
      }
      List<String> lines = lines(entry);
      if (lines.isEmpty() || !lines.get(0).equals(FORMAT)) {
        throw new IOException("its format is not '" + FORMAT + "': another Carrel made it");
      }
      Map<StorePath, String> items = new LinkedHashMap<>();
      for (String line : lines.subList(1, lines.size())) {
        int space = line.indexOf(' ');
        if (space < 0) {
          throw new IOException("its manifest is damaged");
        }
        items.put(parsed(line.substring(space + 1)), line.substring(0, space));
      }
      return new Manifest(items);
    }

    private StorePath parsed(String name) throws IOException {
      try {
        return ItemName.parse(name);
      } catch (IllegalArgumentException e) {
        throw new IOException("its manifest is damaged: " + e.getMessage(), e);
      }
    }

    private List<String> lines(TarArchiveEntry entry) throws IOException {
      if (entry.getSize() > MOST_TEXT) {
        throw new IOException("its entry " + entry.getName() + " is too long");
      }
      byte[] bytes = tar.readNBytes((int) entry.getSize());
      if (bytes.length < entry.getSize()) {
        throw new IOException("it ends too early");
      }
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }

    /**
     * Unpacks everything.
     *
     * @param wanted which items to keep the files of
     * @return what is noted of each item, in the archive's words
     */
    Map<String, About> unpack(Manifest manifest, Set<String> wanted, Path place) throws IOException {
      Map<String, About> notes = new LinkedHashMap<>();
      Set<String> known = new java.util.HashSet<>();
      manifest.items().keySet().forEach(item -> known.add(item.fileName()));
      SafeTree tree = new SafeTree(place);
      try (Progress.Task task = progress.begin("receiving", manifest.items().size(), Progress.Unit.ITEMS)) {
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
          String name = entry.getName();
          boolean about = name.startsWith(ABOUT);
          String below = about ? name.substring(ABOUT.length()) : name.startsWith(ITEMS) ? name.substring(ITEMS.length()) : "";
          String item = below.indexOf('/') < 0 ? below : below.substring(0, below.indexOf('/'));
          if (!known.contains(item)) {
            throw new SafeTree.Refused(name, "belongs to no item of it");
          }
          if (about) {
            notes.put(item, note(entry, item));
            task.detail(item);
            task.done(notes.size());
          } else if (wanted.contains(item)) {
            add(tree, below, entry);
          }
        }
      }
      return notes;
    }

    private About note(TarArchiveEntry entry, String item) throws IOException {
      try {
        return About.parse(lines(entry), item);
      } catch (IllegalArgumentException e) {
        throw new IOException("what it notes of " + item + " is damaged: " + e.getMessage(), e);
      }
    }

    private void add(SafeTree tree, String name, TarArchiveEntry entry) throws IOException {
      switch (entry.getLinkFlag()) {
        case TarConstants.LF_DIR -> tree.directory(name);
        case TarConstants.LF_SYMLINK -> tree.link(name, entry.getLinkName());
        case TarConstants.LF_NORMAL -> tree.file(name, (entry.getMode() & 0100) != 0, tar);
        default -> throw new SafeTree.Refused(name, "is of a kind that no item has");
      }
    }

    @Override
    public void close() throws IOException {
      tar.close();
    }
  }

  /** What is wrong with an archive, told to its user. */
  static CarrelException refusal(IOException e) {
    String why = e instanceof java.io.EOFException ? "it ends too early" : e.getMessage();
    return CarrelException.failed("cannot import the archive: " + why + ". Nothing of it was added; have it made and sent again", e);
  }

  /** The names of items that are there, as far as something is noted of them. */
  Map<String, About> notes(List<StorePath> items) throws IOException {
    Map<String, About> notes = new LinkedHashMap<>();
    List<String> without = new ArrayList<>();
    for (StorePath item : items) {
      About.read(layout.about(item), item.fileName()).ifPresentOrElse(about -> notes.put(item.fileName(), about), () -> without.add(item.fileName()));
    }
    if (!without.isEmpty()) {
      throw CarrelException.failed("cannot export " + without.get(0) + ": nothing is noted of it. carrel store verify --repair does so");
    }
    return notes;
  }
}
