package dev.carrel.store;

import dev.carrel.api.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * The SHA-256 of a tree's NAR serialization, the same that {@code nix-hash --type sha256} and {@code guix hash -S nar} tell.
 * The format is that of Dolstra's thesis, "The Purely Functional Software Deployment Model", figure 5.2.
 */
final class Nar {
  /** How the hash of a NAR begins in the database. */
  private static final String ALGORITHM = "sha256:";

  private static final byte[] PADDING = new byte[8];
  private static final int CHUNK = 64 * 1024;
  private static final char UNKNOWN = '\uFFFD'; // what Java makes of bytes that are no characters

  private final MessageDigest digest;
  private final MessageDigest file;
  private final Listing listing = new Listing();
  private final Path tree;
  private final byte[] chunk = new byte[CHUNK];
  private long size;

  /**
   * What a tree hashes to.
   *
   * @param hash algorithm and hash, as the database keeps them
   * @param size of the serialization in bytes
   */
  record Result(String hash, long size) {}

  /**
   * A tree's hash, and what it consists of.
   *
   * @param files everything below the tree
   * @param fresh those of them that may be equal to files of other items, and are not one with them yet
   */
  record Content(Result result, Listing files, Listing fresh) {
    /** All of whose files are new. */
    Content(Result result, Listing files) {
      this(result, files, files);
    }
  }

  private Nar(Path tree, Host host) {
    this.tree = tree;
    digest = host.sha256();
    file = host.sha256();
  }

  static Result of(Path tree, Host host) throws IOException {
    return content(tree, host).result();
  }

  /** Reads everything once. */
  static Content content(Path tree, Host host) throws IOException {
    Nar nar = new Nar(tree, host);
    nar.text("nix-archive-1");
    nar.node(tree);
    return new Content(new Result(ALGORITHM + HexFormat.of().formatHex(nar.digest.digest()), nar.size), nar.listing);
  }

  /** Whether that is the hash of an archive, and not that of a list of files, as a union has it. */
  static boolean isHash(String hash) {
    return hash.startsWith(ALGORITHM);
  }

  private void list(Path path, Listing.Kind kind, String content) {
    if (!path.equals(tree)) {
      listing.add(tree.relativize(path).toString(), kind, content);
    }
  }

  private void node(Path path) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    text("(");
    text("type");
    if (attributes.isSymbolicLink()) {
      text("symlink");
      text("target");
      Path target = Files.readSymbolicLink(path);
      name(path, target);
      list(path, Listing.Kind.LINK, target.toString());
    } else if (attributes.isDirectory()) {
      text("directory");
      list(path, Listing.Kind.DIRECTORY, "");
      directory(path);
    } else if (attributes.isRegularFile()) {
      text("regular");
      boolean program = attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
      if (program) {
        text("executable");
        text("");
      }
      text("contents");
      contents(path, attributes.size());
      list(path, program ? Listing.Kind.PROGRAM : Listing.Kind.FILE, HexFormat.of().formatHex(file.digest()));
    } else {
      throw new IOException(path + " is neither a file, a directory nor a symbolic link");
    }
    text(")");
  }

  private void directory(Path path) throws IOException {
    List<Path> entries = Trees.entries(path);
    entries.sort(Comparator.comparing(Path::getFileName)); // by bytes, as UnixPath compares
    for (Path entry : entries) {
      text("entry");
      text("(");
      text("name");
      name(path, entry.getFileName());
      text("node");
      node(entry);
      text(")");
    }
  }

  private void contents(Path path, long length) throws IOException {
    number(length);
    long left = length;
    try (InputStream in = Files.newInputStream(path)) {
      for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
        file.update(chunk, 0, n);
        left -= n;
      }
    }
    if (left != 0) {
      throw new IOException(path + " changed while it was read");
    }
    size += length;
    pad(length);
  }

  /** A name has to come out as the bytes it is on disk. */
  private void name(Path where, Path name) throws IOException {
    String value = name.toString();
    if (value.indexOf(UNKNOWN) >= 0) {
      throw new IOException("in " + where + " the name " + value + " is not written in the locale's characters ("
          + System.getProperty("sun.jnu.encoding") + "); set LC_ALL=C.UTF-8");
    }
    text(value);
  }

  private void text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    digest.update(bytes);
    size += bytes.length;
    pad(bytes.length);
  }

  private void number(long value) {
    for (int shift = 0; shift < 64; shift += 8) {
      digest.update((byte) (value >>> shift));
    }
    size += 8;
  }

  private void pad(long length) {
    int missing = (int) (-length & 7);
    digest.update(PADDING, 0, missing);
    size += missing;
  }
}
