package dev.carrel.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A tar archive of anybody's, compressed or not. */
record Tarball(Path file) {
  private static final String NAMES = ".*\\.(tar|tgz|txz|tbz2?|tzst|tar\\.(gz|xz|zst|bz2))";

  /** Says what is wrong with it, in contrast to what is wrong with the place that it is unpacked to. */
  static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(Exception e) {
      super("the archive is damaged: " + (e.getMessage() == null ? "it ends too early" : e.getMessage()), e);
    }
  }

  /** Content of the archive, which may be damaged. */
  private static final class Content extends FilterInputStream {
    Content(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (IOException e) {
        throw new Damaged(e);
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return in.read(buffer, offset, length);
      } catch (IOException e) {
        throw new Damaged(e);
      }
    }
  }

  static boolean isNamedSo(String file) {
    return file.matches(NAMES);
  }

  /** Unpacks it all; modes count only as far as programs are told from other files. */
  void unpack(SafeTree tree) throws IOException {
    try (InputStream raw = Files.newInputStream(file)) {
      Decompression plain = open(raw);
      TarArchiveInputStream tar = new TarArchiveInputStream(plain, StandardCharsets.UTF_8.name());
      InputStream content = new Content(tar);
      for (TarArchiveEntry entry = next(tar, plain); entry != null; entry = next(tar, plain)) {
        add(tree, entry, content);
      }
    }
  }

  private static Decompression open(InputStream raw) throws Damaged {
    try {
      return Decompression.of(raw);
    } catch (IOException e) {
      throw new Damaged(e);
    }
  }

  private static TarArchiveEntry next(TarArchiveInputStream tar, Decompression plain) throws IOException {
    try {
      plain.beginHeader();
      TarArchiveEntry entry = tar.getNextEntry();
      plain.endHeader();
      return entry;
    } catch (IOException | IllegalArgumentException e) {
      throw new Damaged(e);
    }
  }

  private static void add(SafeTree tree, TarArchiveEntry entry, InputStream content) throws IOException {
    String name = entry.getName();
    byte kind = entry.getLinkFlag(); // to the library also a device is a file
    if (entry.isDirectory()) {
      tree.directory(name);
    } else if (entry.isSymbolicLink()) {
      tree.link(name, entry.getLinkName());
    } else if (entry.isLink()) {
      tree.hardLink(name, entry.getLinkName());
    } else if ((kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_OLDNORM || kind == TarConstants.LF_CONTIG) && !entry.isSparse()) {
      tree.file(name, (entry.getMode() & 0100) != 0, content);
    } else {
      throw new SafeTree.Refused(name, "is a device, a fifo or a sparse file, which no item may have");
    }
  }
}
