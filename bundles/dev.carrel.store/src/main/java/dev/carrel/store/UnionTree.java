package dev.carrel.store;

import dev.carrel.api.host.Host;
import dev.carrel.store.Listing.Entry;
import dev.carrel.store.Listing.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a union consists of so far: of most it is known without looking, and most is frozen already. */
final class UnionTree {
  private final Path top;
  private final Host host;
  /** What is the same as noted of an item, by path. */
  private final Map<String, Entry> known = new HashMap<>();
  /** What only the union has, and has to be looked at. */
  private final Set<String> made = new HashSet<>();
  private final Set<String> thawed = new HashSet<>();

  /** An empty one. */
  UnionTree(Path top, Host host) {
    this.top = top;
    this.host = host;
  }

  private String name(Path path) {
    return top.relativize(path).toString();
  }

  /** There is something frozen of which this is known. */
  void know(String name, Entry entry) {
    known.put(name, entry);
  }

  /** There is a directory of which this is known. */
  void knowDirectory(String name, Entry entry) {
    known.put(name, entry);
    thawed.add(name);
  }

  /** There is something that was made for the union, now. */
  void made(Path path) {
    made(name(path));
  }

  /** The same, by its path in the tree. */
  void made(String name) {
    known.remove(name);
    made.add(name);
    thawed.add(name);
  }

  /** Whether it has anything that is not an item's. */
  boolean hasOwn() {
    return !made.isEmpty();
  }

  /** Lets something be changed in a directory. */
  void open(Path directory) throws IOException {
    Freeze.open(directory);
    if (!directory.equals(top)) {
      thawed.add(name(directory));
    }
  }

  /** Removes a path and what is below it, if it is there. */
  void remove(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Freeze.open(path);
      for (Path entry : Trees.entries(path)) {
        remove(entry);
      }
    }
    Files.deleteIfExists(path);
    String name = name(path);
    known.remove(name);
    made.remove(name);
    thawed.remove(name);
  }

  /** Freezes what is not frozen. */
  void freeze() throws IOException {
    for (String name : thawed) {
      Path path = top.resolve(name);
      Entry entry = known.get(name);
      if (entry == null && Files.isSymbolicLink(path)) {
        Freeze.time(path);
      } else if (entry != null || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Freeze.directory(path);
      } else {
        Freeze.file(path);
      }
    }
    thawed.clear();
  }

  /** All of it. What the union alone has is read; a file of the host's that is covered is empty. */
  Nar.Content content() throws IOException {
    Listing files = new Listing();
    files.entries().putAll(known);
    Listing fresh = new Listing();
    FileHash hash = new FileHash(host);
    long size = 0;
    for (String name : made) {
      Path path = top.resolve(name);
      if (Files.isSymbolicLink(path)) {
        files.add(name, Kind.LINK, Files.readSymbolicLink(path).toString());
      } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        files.add(name, Kind.DIRECTORY, "");
      } else {
        boolean program = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).contains(PosixFilePermission.OWNER_EXECUTE);
        files.add(name, program ? Kind.PROGRAM : Kind.FILE, hash.of(path));
        fresh.entries().put(name, files.entries().get(name));
        size += Files.size(path);
      }
    }
    return new Nar.Content(new Nar.Result(files.hash(), size), files, fresh);
  }
}
