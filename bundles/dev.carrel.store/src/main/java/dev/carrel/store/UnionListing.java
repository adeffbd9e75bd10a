package dev.carrel.store;

import dev.carrel.store.Listing.Entry;
import dev.carrel.store.Listing.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a union consists of: of the files that are its members', what is noted of these. */
final class UnionListing {
  private final Layout layout;
  private final Path tree;
  private final Listing files = new Listing();
  private final Map<String, Optional<Listing>> members = new HashMap<>();
  private final byte[] chunk = Listing.chunk();

  UnionListing(Layout layout, Path tree) {
    this.layout = layout;
    this.tree = tree;
  }

  Listing files() {
    return files;
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
    }
  }

  /** A hard link to a file of an item. */
  void linked(Path path, Path file) throws IOException {
    Path below = layout.items().relativize(file);
    String item = below.getName(0).toString();
    Optional<Listing> member = members.get(item);
    if (member == null) {
      member = About.read(layout.about().resolve(item), item).map(About::files);
      members.put(item, member);
    }
    Entry known = member.isPresent() ? member.get().entries().get(below.subpath(1, below.getNameCount()).toString()) : null;
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
