package dev.carrel.store;

import dev.carrel.store.Listing.Entry;
import dev.carrel.store.Listing.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;

/** What a union consists of: of the files that are its members', what is noted of these. */
final class UnionListing {
  private final Members members;
  private final Path tree;
  private final Listing files = new Listing();
  private final Listing fresh = new Listing();
  private long size;
  private final byte[] chunk = Listing.chunk();

  UnionListing(List<Layout> layouts, Path tree) {
    this.members = new Members(layouts);
    this.tree = tree;
  }

  Listing files() {
    return files;
  }

  /** Those of its files that are no member's. */
  Listing fresh() {
    return fresh;
  }

  /** How much space these take. */
  long size() {
    return size;
  }

  /** Something that only the union has; a file of the host's that is covered is empty. */
  void own(Path path) throws IOException {
    String name = tree.relativize(path).toString();
    if (Files.isSymbolicLink(path)) {
      files.add(name, Kind.LINK, Files.readSymbolicLink(path).toString());
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      files.add(name, Kind.DIRECTORY, "");
    } else {
      read(name, path);
      fresh.entries().put(name, files.entries().get(name));
      size += Files.size(path);
    }
  }

  /** A hard link to a file of an item. */
  void linked(Path path, Path file) throws IOException {
    Entry known = members.entry(file);
    String name = tree.relativize(path).toString();
    if (known != null && known.isFile()) {
      files.entries().put(name, known);
    } else {
      read(name, path); // an item of an older Carrel
    }
  }

  private void read(String name, Path file) throws IOException {
    boolean program = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS).contains(PosixFilePermission.OWNER_EXECUTE);
    files.add(name, program ? Kind.PROGRAM : Kind.FILE, Listing.hash(file, chunk));
  }
}
