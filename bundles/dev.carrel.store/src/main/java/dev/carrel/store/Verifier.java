package dev.carrel.store;

import dev.carrel.api.host.Host;
import dev.carrel.store.Listing.Entry;
import dev.carrel.store.Listing.Kind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares items with what they were. A file of several names is read once. */
final class Verifier {
  private static final int TYPE = 07777;

  private final Layout layout;
  /** By device and inode, what a file's content is. */
  private final Map<Object, String> known = new HashMap<>();
  private final Host host;
  private final FileHash hash;

  /**
   * What was found.
   *
   * @param modes paths with a wrong mode, and the kind they are
   * @param content whether anything else is wrong than modes and notes
   * @param files what is there
   */
  record Found(List<String> problems, Map<Path, Kind> modes, boolean content, boolean notes, Listing files) {
    boolean sound() {
      return problems.isEmpty();
    }
  }

  Verifier(Layout layout, Host host) {
    this.layout = layout;
    this.host = host;
    this.hash = new FileHash(host);
  }

  Found examine(Database.Row row) throws IOException {
    Path item = layout.item(row.item());
    List<String> problems = new ArrayList<>();
    if (!Files.isDirectory(item, LinkOption.NOFOLLOW_LINKS)) {
      return new Found(List.of("it is gone"), Map.of(), true, true, new Listing());
    }
    Optional<About> about = About.read(layout.about(row.item()), row.item().fileName());
    Map<Path, Kind> modes = new HashMap<>();
    Listing files = new Listing();
    walk(item, item, files, modes, problems);
    int before = problems.size();
    boolean executable = about.isPresent() && restoreKinds(item, about.get().files(), files, modes);
    if (about.isPresent()) {
      TreeMap<String, Entry> noted = about.get().files().entries();
      compare(about.get().files(), files, problems);
      modes.keySet().removeIf(path -> !path.equals(item) && !noted.containsKey(item.relativize(path).toString())); // it should not be there at all
    }
    // Where a file is executable that was not, or the other way round, the hash is another; it is compared after the repair.
    if (!executable && problems.size() == before && !hash(row, item, files).equals(row.hash())) {
      problems.add("its content is another than the database has noted");
    }
    boolean content = !problems.isEmpty();
    modes.forEach((path, kind) -> problems.add((path.equals(item) ? "it" : item.relativize(path).toString()) + " has a wrong mode, not "
        + Integer.toOctalString(kind.mode())));
    if (about.isEmpty()) {
      problems.add("what is noted of it is gone or damaged");
    }
    return new Found(problems, modes, content, about.isPresent(), files);
  }

  /** A file with the wrong permission to execute is one with a wrong mode. */
  private static boolean restoreKinds(Path item, Listing noted, Listing there, Map<Path, Kind> modes) {
    boolean any = false;
    for (Map.Entry<String, Entry> entry : noted.entries().entrySet()) {
      Entry is = there.entries().get(entry.getKey());
      if (is != null && is.isFile() && entry.getValue().isFile() && is.kind() != entry.getValue().kind()) {
        modes.put(item.resolve(entry.getKey()), entry.getValue().kind());
        there.add(entry.getKey(), entry.getValue().kind(), is.content());
        any = true;
      }
    }
    return any;
  }

  private String hash(Database.Row row, Path item, Listing files) throws IOException {
    return row.hash().startsWith(Listing.ALGORITHM) ? files.hash() : Nar.of(item, host).hash();
  }

  private void walk(Path tree, Path path, Listing files, Map<Path, Kind> modes, List<String> problems) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String name = tree.relativize(path).toString();
    if (attributes.isSymbolicLink()) {
      files.add(name, Kind.LINK, Files.readSymbolicLink(path).toString());
      return;
    }
    Kind kind;
    if (attributes.isDirectory()) {
      kind = Kind.DIRECTORY;
      if (!path.equals(tree)) {
        files.add(name, kind, "");
      }
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          walk(tree, entry, files, modes, problems);
        }
      }
    } else if (attributes.isRegularFile()) {
      kind = attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE) ? Kind.PROGRAM : Kind.FILE;
      files.add(name, kind, content(path, attributes.fileKey()));
    } else {
      problems.add(name + " is a device, fifo or socket");
      return;
    }
    if (((Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & TYPE) != kind.mode()) {
      modes.put(path, kind);
    }
  }

  private String content(Path file, Object key) throws IOException {
    String hash = known.get(key);
    if (hash == null) {
      hash = this.hash.of(file);
      known.put(key, hash);
    }
    return hash;
  }

  private static void compare(Listing noted, Listing there, List<String> problems) {
    TreeSet<String> paths = new TreeSet<>(noted.entries().keySet());
    paths.addAll(there.entries().keySet());
    for (String path : paths) {
      Entry was = noted.entries().get(path);
      Entry is = there.entries().get(path);
      if (was == null) {
        problems.add(path + " is additional");
      } else if (is == null) {
        problems.add(path + " is missing");
      } else if (!was.content().equals(is.content()) || was.isFile() != is.isFile() || was.kind() == Kind.LINK != (is.kind() == Kind.LINK)) {
        problems.add(path + " is changed");
      }
    }
  }

  /** Links whose content is another than their name says. */
  List<Path> wrongLinks() throws IOException {
    List<Path> wrong = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(layout.links())) {
      for (Path link : links) {
        PosixFileAttributes attributes = Files.readAttributes(link, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String name = link.getFileName().toString();
        if (!attributes.isRegularFile() || !name.equals(new Entry(name.endsWith("-x") ? Kind.PROGRAM : Kind.FILE, content(link, attributes.fileKey())).key())) {
          wrong.add(link);
        }
      }
    }
    return wrong;
  }
}
