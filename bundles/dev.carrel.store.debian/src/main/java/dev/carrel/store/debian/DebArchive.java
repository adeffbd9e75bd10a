package dev.carrel.store.debian;

import com.github.luben.zstd.ZstdInputStream;
import dev.carrel.api.CarrelException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks a Debian package: an ar archive of {@code debian-binary}, {@code control.tar} and {@code data.tar}, in this
 * order, the latter two compressed (deb(5)). What an honest package has not is refused with the name of the entry.
 */
final class DebArchive {
  /** Where the control files come to lie; Debian's own name for that directory, see dpkg-deb(1). */
  private static final String CONTROL = "DEBIAN";
  private static final long MOST_BYTES = 16L << 30;
  private static final int MOST_ENTRIES = 2_000_000;
  /** Real packages stay below 100; below the floor nobody is hurt. */
  private static final long MOST_RATIO = 1000;
  private static final long FREE_BYTES = 64L << 20;
  /** Names and extended attributes of one entry. */
  private static final long LONGEST_HEADER = 1L << 20;
  /** xz -9e needs 65 MiB. */
  private static final int XZ_MEMORY_KIB = 256 << 10;

  /** So large an archive is decompressed by a process of its own, if that is quicker. */
  private static final long WORTH_A_PROCESS = 128L << 10;

  private final String label;

  /** @param label the package's name and version, for messages */
  DebArchive(String label) {
    this.label = label;
  }

  /**
   * Unpacks into an empty directory.
   *
   * @throws CarrelException if the archive is damaged or has what no package may have
   * @throws IOException if the directory cannot be written
   */
  void unpack(Path deb, Path directory) throws IOException {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(deb), 1 << 16);
        ArArchiveInputStream ar = new ArArchiveInputStream(new ArchiveInput(file))) {
      members(deb, ar, Files.size(deb), directory);
    } catch (RefusedException e) {
      String entry = e.entry().isEmpty() ? "its archive " : "its entry '" + shown(e.entry()) + "' ";
      String advice = e.getCause() instanceof InvalidPathException
          ? "Start Carrel with a locale whose character set is UTF-8, for example LC_ALL=C.UTF-8."
          : "Do not use this package, or ask those who made it.";
      throw CarrelException.failed("The package " + label + " was not unpacked: " + entry + e.getMessage() + ". Nothing of it is in the store. " + advice, e);
    } catch (DamagedException e) {
      throw CarrelException.failed("The package " + label + " was not unpacked: its archive is damaged (" + e.getMessage()
          + "). Nothing of it is in the store; run the command again, which downloads it anew.", e);
    }
  }

  private void members(Path deb, ArArchiveInputStream ar, long size, Path directory) throws IOException, RefusedException {
    ItemTree tree = new ItemTree(directory);
    expect(next(ar), "debian-binary");
    byte[] format = ArchiveInput.of(ar).readNBytes(64);
    if (format.length < 2 || format[0] != '2' || format[1] != '.') {
      throw new RefusedException("debian-binary", "tells another format than 2 ('" + shown(new String(format, StandardCharsets.ISO_8859_1).strip()) + "')");
    }
    String control = next(ar);
    expect(control, "control.tar");
    tar(decompress(ar, control), size, (name, entry, in) -> controlEntry(tree, name, entry, in));
    String data = next(ar);
    expect(data, "data.tar");
    try (InputStream in = size >= WORTH_A_PROCESS && data.endsWith(".xz") && DataTar.isPossible() ? DataTar.of(deb) : decompress(ar, data)) {
      tar(in, size, (name, entry, content) -> dataEntry(tree, name, entry, content));
    }
  }

  /** The next member that counts: deb(5) says to pass over those that begin with {@code _}. */
  private static String next(ArArchiveInputStream ar) throws DamagedException {
    ArArchiveEntry entry;
    do {
      try {
        entry = ar.getNextEntry();
      } catch (IOException | RuntimeException e) {
        throw new DamagedException(e);
      }
    } while (entry != null && entry.getName().startsWith("_"));
    return entry == null ? "" : entry.getName();
  }

  private static void expect(String name, String expected) throws RefusedException, DamagedException {
    if (name.isEmpty()) {
      throw new DamagedException("it has no " + expected);
    }
    if (!name.equals(expected) && !(expected.endsWith(".tar") && name.startsWith(expected + "."))) {
      throw new RefusedException(name, "is where " + expected + " has to be");
    }
  }

  private interface EntryWriter {
    void write(String name, TarArchiveEntry entry, InputStream content) throws IOException, RefusedException;
  }

  private void tar(InputStream plain, long archiveSize, EntryWriter writer) throws IOException, RefusedException {
    long limit = Math.min(MOST_BYTES, Math.max(FREE_BYTES, archiveSize * MOST_RATIO));
    MeteredInput metered = new MeteredInput(plain, limit);
    // One character per byte: the library would write a question mark for what is no UTF-8.
    TarArchiveInputStream tar = new TarArchiveInputStream(metered, StandardCharsets.ISO_8859_1.name());
    InputStream content = ArchiveInput.of(tar);
    long entries = 0;
    for (TarArchiveEntry entry = nextEntry(tar, metered); entry != null; entry = nextEntry(tar, metered)) {
      String name = text(entry.getName(), entry.getName());
      if (++entries > MOST_ENTRIES) {
        throw new RefusedException("has more than " + MOST_ENTRIES + " entries");
      }
      if (entry.getSize() < 0 || entry.getSize() > limit) {
        throw new RefusedException(name, "has " + entry.getSize() + " bytes, which is more than a package of this size may have");
      }
      if (entry.isSparse()) {
        throw new RefusedException(name, "is a sparse file");
      }
      try {
        writer.write(name, entry, content);
        // What is left unread is not part of the next header.
        content.transferTo(OutputStream.nullOutputStream());
      } catch (DamagedException e) {
        throw refusedIfTooMuch(name, e);
      }
    }
    end(metered);
  }

  /** What comes after the last entry has to be as whole as the rest. */
  private static void end(MeteredInput metered) throws IOException, RefusedException {
    try {
      ArchiveInput.of(metered).transferTo(OutputStream.nullOutputStream());
    } catch (DamagedException e) {
      throw refusedIfTooMuch("", e);
    }
  }

  /** Decodes a name whose characters stand for bytes. Others come from pax headers, which dpkg does not read either, see deb(5). */
  private static String text(String entry, String bytes) throws RefusedException {
    try {
      ByteBuffer encoded = StandardCharsets.ISO_8859_1.newEncoder().encode(CharBuffer.wrap(bytes));
      return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
    } catch (CharacterCodingException e) {
      throw new RefusedException(entry, "has a name or target that is no UTF-8", e);
    }
  }

  private static TarArchiveEntry nextEntry(TarArchiveInputStream tar, MeteredInput metered) throws IOException, RefusedException {
    try {
      metered.allow(LONGEST_HEADER);
      TarArchiveEntry entry = tar.getNextEntry();
      metered.release();
      return entry;
    } catch (IOException | RuntimeException e) {
      throw refusedIfTooMuch("", new DamagedException(e));
    }
  }

  private static DamagedException refusedIfTooMuch(String entry, DamagedException e) throws RefusedException {
    if (e.getCause() instanceof MeteredInput.TooMuch) {
      throw new RefusedException(entry, "is refused: " + e.getCause().getMessage(), e);
    }
    return e;
  }

  private static InputStream decompress(ArArchiveInputStream ar, String member) throws IOException, RefusedException {
    InputStream in = new ArchiveInput.Unclosed(ar);
    try {
      return switch (member.substring(member.indexOf(".tar") + ".tar".length())) {
        case "" -> in;
        case ".gz" -> new GZIPInputStream(in, 1 << 15);
        case ".xz" -> new XZInputStream(in, XZ_MEMORY_KIB);
        case ".zst" -> new ZstdInputStream(in);
        default -> throw new RefusedException(member, "is compressed in a way that Carrel does not know; it knows gzip, xz and zstd");
      };
    } catch (IOException e) {
      throw new DamagedException(e);
    } catch (LinkageError e) {
      throw CarrelException.failed("A package could not be unpacked: the library for " + member + " cannot be loaded (" + e.getMessage()
          + "). Its native part is put into " + System.getProperty("java.io.tmpdir")
          + ", from where programs must be allowed to run; -Djava.io.tmpdir chooses another directory.", e);
    }
  }

  private static void controlEntry(ItemTree tree, String name, TarArchiveEntry entry, InputStream content) throws IOException, RefusedException {
    String path = ItemTree.path(name);
    if (path.isEmpty() && entry.isDirectory()) {
      tree.directory(CONTROL);
      return;
    }
    if (!isFile(entry) || path.isEmpty() || path.indexOf('/') >= 0) {
      throw new RefusedException(name, "is no plain file beside the control file");
    }
    copy(content, tree.file(CONTROL + "/" + path, isExecutable(entry)));
  }

  private static void dataEntry(ItemTree tree, String name, TarArchiveEntry entry, InputStream content) throws IOException, RefusedException {
    String path = ItemTree.path(name);
    if (path.equals(CONTROL) || path.startsWith(CONTROL + "/")) {
      throw new RefusedException(name, "is where the package's control files are kept");
    }
    if (isFile(entry)) {
      copy(content, tree.file(name, isExecutable(entry)));
      return;
    }
    switch (entry.getLinkFlag()) {
      case TarConstants.LF_DIR, TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM -> tree.directory(name);
      case TarConstants.LF_SYMLINK -> tree.symlink(name, text(name, entry.getLinkName()));
      case TarConstants.LF_LINK -> tree.hardLink(name, text(name, entry.getLinkName()));
      case TarConstants.LF_CHR, TarConstants.LF_BLK -> throw new RefusedException(name, "is a device");
      case TarConstants.LF_FIFO -> throw new RefusedException(name, "is a fifo");
      default -> throw new RefusedException(name, "is of a kind that no package has (" + (int) entry.getLinkFlag() + ")");
    }
  }

  /** Old archives have directories that are told from files by the end of their names only. */
  private static boolean isFile(TarArchiveEntry entry) {
    byte flag = entry.getLinkFlag();
    boolean regular = flag == TarConstants.LF_NORMAL || flag == TarConstants.LF_OLDNORM || flag == TarConstants.LF_CONTIG;
    return regular && !entry.getName().endsWith("/");
  }

  private static boolean isExecutable(TarArchiveEntry entry) {
    return (entry.getMode() & 0100) != 0;
  }

  private static void copy(InputStream content, OutputStream file) throws IOException {
    try (file) {
      content.transferTo(file);
    }
  }

  /** Text of an archive, as a terminal may get it. */
  static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 200); i++) {
      char c = text.charAt(i);
      shown.append(Character.isISOControl(c) ? '?' : c);
    }
    return text.length() > 200 ? shown + "..." : shown.toString();
  }
}
