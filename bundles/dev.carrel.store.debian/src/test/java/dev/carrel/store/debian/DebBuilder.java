package dev.carrel.store.debian;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Makes .deb files, honest and hostile ones: names are written as they are. */
final class DebBuilder {
  /** Writes tar entries. */
  interface Entries {
    void write(TarArchiveOutputStream tar) throws IOException;
  }

  private final List<Entries> data = new ArrayList<>();
  private final List<Entries> control = new ArrayList<>();
  private String compression = ".xz";
  private String format = "2.0\n";
  private String patched = "";
  private byte[] patch = {};

  DebBuilder compression(String suffix) {
    compression = suffix;
    return this;
  }

  DebBuilder format(String text) {
    format = text;
    return this;
  }

  DebBuilder directory(String name) {
    return entry(name, TarConstants.LF_DIR, "", 0755, new byte[0]);
  }

  DebBuilder file(String name, String content) {
    return file(name, content, 0644);
  }

  DebBuilder file(String name, String content, int mode) {
    return entry(name, TarConstants.LF_NORMAL, "", mode, content.getBytes(StandardCharsets.UTF_8));
  }

  DebBuilder symlink(String name, String target) {
    return entry(name, TarConstants.LF_SYMLINK, target, 0777, new byte[0]);
  }

  DebBuilder hardLink(String name, String target) {
    return entry(name, TarConstants.LF_LINK, target, 0644, new byte[0]);
  }

  DebBuilder entry(String name, byte kind, String target, int mode, byte[] content) {
    return data(tar -> write(tar, name, kind, target, mode, content));
  }

  DebBuilder data(Entries entries) {
    data.add(entries);
    return this;
  }

  DebBuilder control(String name, String content, int mode) {
    return control(tar -> write(tar, name, TarConstants.LF_NORMAL, "", mode, content.getBytes(StandardCharsets.UTF_8)));
  }

  DebBuilder control(Entries entries) {
    control.add(entries);
    return this;
  }

  /** Replaces text of the finished, uncompressed archive by bytes of the same number. */
  DebBuilder patch(String text, byte[] bytes) {
    patched = text;
    patch = bytes;
    return this;
  }

  Path build(Path file) throws IOException {
    assemble(file, List.of("debian-binary", "control.tar" + compression, "data.tar" + compression),
        List.of(format.getBytes(StandardCharsets.UTF_8), tar(control), tar(data)));
    if (!patched.isEmpty()) {
      String raw = Files.readString(file, StandardCharsets.ISO_8859_1);
      Files.writeString(file, raw.replace(patched, new String(patch, StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);
    }
    return file;
  }

  /** An ar archive of anything. */
  static Path assemble(Path file, List<String> names, List<byte[]> contents) throws IOException {
    try (ArArchiveOutputStream ar = new ArArchiveOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < names.size(); i++) {
        ar.putArchiveEntry(new ArArchiveEntry(names.get(i), contents.get(i).length));
        ar.write(contents.get(i));
        ar.closeArchiveEntry();
      }
    }
    return file;
  }

  byte[] tar(List<Entries> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(compress(bytes), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
      for (Entries one : entries) {
        one.write(tar);
      }
    } catch (HostileArchiveTest.Unfinished | IllegalStateException e) {
      // The test wants an archive that ends within an entry.
    }
    return bytes.toByteArray();
  }

  private OutputStream compress(OutputStream out) throws IOException {
    return switch (compression) {
      case ".xz" -> new XZOutputStream(out, new LZMA2Options(1));
      case ".gz" -> new GZIPOutputStream(out);
      case ".zst" -> new ZstdOutputStream(out);
      default -> out;
    };
  }

  static void write(TarArchiveOutputStream tar, String name, byte kind, String target, int mode, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
    entry.setLinkName(target);
    entry.setMode(mode);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
