package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Finish;
import dev.carrel.api.Progress;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Builds a profile: one tree with the content of several items, whose files are hard links to theirs. */
final class Union {
  private static final String FORMAT = "union-2";
  private static final List<String> DIRECTORIES = List.of("usr", "etc", "var", "opt", "srv");
  private static final Set<String> ALWAYS = Set.of("bin", "sbin", "lib", "lib64");
  private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib64", "lib32", "libx32");
  /** What a container covers with files of its own. */
  private static final List<String> COVERED = List.of("etc/passwd", "etc/group", "etc/hosts", "etc/hostname", "etc/resolv.conf",
      "etc/nsswitch.conf", "etc/localtime", "etc/services");

  private final StorePath profile;
  private final List<StorePath> items;
  private final Finish finish;
  private final List<Layout> layouts;
  private final Map<Path, StorePath> owners = new HashMap<>();
  /** Everything of the tree that is no hard link to a file of an item, and so has to be frozen. */
  private final Set<Path> own = new LinkedHashSet<>();
  /** Every hard link, with the file of an item that it is. */
  private final Map<Path, Path> linked = new HashMap<>();
  private final CopiedFiles copies;
  private Path target;
  private boolean based;
  private boolean conflicting;

  /**
   * To be built once.
   *
   * @param finish what is changed in the end
   * @param layouts the store it is for, and others in which items may be
   */
  Union(StorePath profile, List<StorePath> items, Finish finish, List<Layout> layouts) {
    this.profile = profile;
    this.items = items;
    this.finish = finish;
    this.layouts = layouts;
    this.copies = new CopiedFiles(layouts);
  }

  /** The name of the profile of some items: in whatever order they are told. */
  static StorePath path(String name, List<StorePath> items, String finish) {
    TreeMap<String, StorePath> sorted = new TreeMap<>();
    items.forEach(item -> sorted.put(item.fileName(), item));
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((FORMAT + "\0" + name + (finish.isEmpty() ? "" : "\0" + finish)).getBytes(StandardCharsets.UTF_8));
      sorted.keySet().forEach(item -> digest.update(("\0" + item).getBytes(StandardCharsets.UTF_8)));
      return StorePath.of(HexFormat.of().formatHex(digest.digest(), 0, 16), name, "");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private Path locate(StorePath item) {
    for (Layout layout : layouts) {
      if (Files.isDirectory(layout.item(item), LinkOption.NOFOLLOW_LINKS)) {
        return layout.item(item);
      }
    }
    return layouts.get(0).item(item);
  }

  /** Says how much space it took, if it took any for files. */
  void tellCost(Progress progress) {
    CopiedFiles.tell(copies.bytes(), layouts.get(layouts.size() - 1), progress);
  }

  /** Fills an empty directory. */
  void build(Path directory) throws IOException {
    target = directory;
    based = finish.base().isPresent();
    try {
      merge();
    } catch (CarrelException e) {
      if (!(based && conflicting)) {
        throw e;
      }
      based = false; // something that is not in the items alone is in the way
      clear();
      merge();
    }
    complete();
    if (!finish.name().isEmpty()) {
      change();
    }
  }

  private void clear() throws IOException {
    for (Path entry : Trees.entries(target)) {
      Freeze.remove(entry);
    }
    owners.clear();
    own.clear();
    linked.clear();
  }

  /** The base, if there is one, is merged as an item, in the place of those that it was made of. */
  private List<StorePath> members() {
    if (!based) {
      return items;
    }
    List<StorePath> members = new ArrayList<>(items);
    members.removeAll(finish.base().get().items());
    members.add(0, finish.base().get().profile());
    return members;
  }

  private void merge() throws IOException {
    for (String name : DIRECTORIES) {
      make(target.resolve(name));
    }
    Map<Path, StorePath> links = new LinkedHashMap<>();
    for (StorePath item : members()) {
      for (String name : DIRECTORIES) {
        Path source = locate(item).resolve(name);
        if (Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
          merge(item, source, target.resolve(name), links);
        }
      }
    }
    for (Map.Entry<Path, StorePath> link : links.entrySet()) {
      mergeLink(link.getValue(), link.getKey(), target.resolve(locate(link.getValue()).relativize(link.getKey())));
    }
  }

  /** What is changed is put in the place of what was there: files of items are never written. */
  private void change() throws IOException {
    freezeOwn(); // it is to be seen as it will be, times included
    Path changes = Files.createDirectory(target.resolveSibling(target.getFileName() + ".changes"));
    finish.work().change(target, changes, based);
    for (String name : DIRECTORIES) {
      new Changes(own, linked).apply(changes.resolve(name).resolve("upper"), target.resolve(name));
    }
    Freeze.remove(changes);
    Freeze.open(target.resolve("etc"));
    for (String file : COVERED) {
      coverable(target.resolve(file));
    }
    Freeze.open(target.resolve("var"));
    linkPrivate();
  }

  /** What every root file system has, and what containers mount upon. */
  private void complete() throws IOException {
    provideShell();
    for (String name : MERGED) {
      Path directory = target.resolve("usr").resolve(name);
      if (ALWAYS.contains(name) && !Files.isDirectory(directory)) {
        make(directory);
      }
      if (Files.isDirectory(directory)) {
        link(name, "usr/" + name);
      }
    }
    for (String file : COVERED) {
      coverable(target.resolve(file));
    }
    linkPrivate();
  }

  private void linkPrivate() throws IOException {
    link("var/run", "/run");
    link("var/lock", "/run/lock");
    link("var/tmp", "/tmp");
  }

  /**
   * Freezes the tree and tells its hash, which follows from its members: to read all of their files again would take seconds.
   */
  Nar.Content finish(Path tree) throws IOException {
    freezeOwn();
    UnionListing listing = new UnionListing(layouts, tree);
    for (Path path : own) {
      listing.own(path);
    }
    for (Map.Entry<Path, Path> file : linked.entrySet()) {
      listing.linked(file.getKey(), file.getValue());
    }
    return new Nar.Content(new Nar.Result(listing.files().hash(), listing.size()), listing.files(), listing.fresh());
  }

  private void freezeOwn() throws IOException {
    for (Path path : own) {
      if (Files.isSymbolicLink(path)) {
        Freeze.time(path);
      } else if (Files.isDirectory(path)) {
        Freeze.directory(path);
      } else {
        Freeze.file(path);
      }
    }
  }

  private void make(Path directory) throws IOException {
    Files.createDirectory(directory);
    own.add(directory);
  }

  /** Every program that calls system(3) needs /bin/sh; Debian's dash leaves the link to a script at its installation. */
  private void provideShell() throws IOException {
    Path programs = target.resolve("usr/bin");
    for (String shell : List.of("dash", "bash", "busybox")) {
      if (Files.exists(programs.resolve(shell))) {
        link("usr/bin/sh", shell);
      }
    }
  }

  private void link(String path, String to) throws IOException {
    Path link = target.resolve(path);
    if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(link, Path.of(to));
      own.add(link);
    }
  }

  /** A mount point has to be a file: a link, as packages make it of /etc/localtime, would lead away from it. */
  private void coverable(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      Freeze.remove(file);
      own.removeIf(path -> path.startsWith(file));
      linked.keySet().removeIf(path -> path.startsWith(file));
    }
    if (!Files.exists(file)) {
      Files.createFile(file);
      own.add(file);
    }
  }

  /** Directories and files; links come last, when it is known which directories there are. */
  private void merge(StorePath item, Path source, Path destination, Map<Path, StorePath> links) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(source)) {
      for (Path entry : entries) {
        Path place = destination.resolve(entry.getFileName());
        if (Files.isSymbolicLink(entry)) {
          links.put(entry, item);
        } else if (Files.isDirectory(entry)) {
          mergeDirectory(item, entry, place, links);
        } else {
          mergeFile(item, entry, place);
        }
      }
    }
  }

  private void mergeDirectory(StorePath item, Path entry, Path place, Map<Path, StorePath> links) throws IOException {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      make(place);
      owners.put(place, item);
    } else if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      throw conflict(item, place);
    }
    merge(item, entry, place, links);
  }

  private void mergeFile(StorePath item, Path entry, Path place) throws IOException {
    try {
      Files.createLink(place, entry);
      linked.put(place, entry);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS) || Files.mismatch(place, entry) >= 0) {
        throw conflict(item, place);
      }
      return;
    } catch (FileSystemException | UnsupportedOperationException e) {
      if (copies.make(entry, place)) { // too many links, none at all here, or another user's file: proc_sys_fs(5), protected_hardlinks
        linked.put(place, entry);
      } else {
        own.add(place);
      }
    }
    owners.put(place, item);
  }

  /**
   * A link where others have a directory stands for the directory it leads to, as dpkg(1) takes it: what is in the one
   * is also in the other.
   */
  private void mergeLink(StorePath item, Path entry, Path place) throws IOException {
    Path to = Files.readSymbolicLink(entry);
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      // Absolute ones lead from the profile's top. Further links on the way there are not followed: they could lead outside.
      Path led = (to.isAbsolute() ? target.resolve(to.getRoot().relativize(to)) : place.resolveSibling(to)).normalize();
      if (!led.startsWith(target) || led.startsWith(place) || !Files.isDirectory(led)
          || !led.toRealPath().equals(target.toRealPath().resolve(target.relativize(led)))) {
        throw conflict(item, place);
      }
      move(item, place, led);
    }
    try {
      Files.createSymbolicLink(place, to);
      own.add(place);
      owners.put(place, item);
    } catch (FileAlreadyExistsException e) {
      if (!(Files.isSymbolicLink(place) && Files.readSymbolicLink(place).equals(to))) {
        throw conflict(item, place);
      }
    }
  }

  /** Moves all that a directory has into another, and removes it. */
  private void move(StorePath item, Path from, Path into) throws IOException {
    for (Path entry : Trees.entries(from)) {
      Path place = into.resolve(entry.getFileName());
      if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
          make(place);
        } else if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
          throw conflict(item, place);
        }
        move(item, entry, place);
      } else if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(entry, place);
        if (own.remove(entry)) {
          own.add(place);
        } else {
          linked.put(place, linked.remove(entry));
        }
      } else if (isSame(entry, place)) {
        Files.delete(entry);
        own.remove(entry);
        linked.remove(entry);
      } else {
        throw conflict(item, place);
      }
    }
    Files.delete(from);
    own.remove(from);
  }

  private static boolean isSame(Path one, Path other) throws IOException {
    if (Files.isSymbolicLink(one) || Files.isSymbolicLink(other)) {
      return Files.isSymbolicLink(one) && Files.isSymbolicLink(other)
          && Files.readSymbolicLink(one).equals(Files.readSymbolicLink(other));
    }
    return Files.isRegularFile(other) && Files.mismatch(one, other) < 0;
  }

  private CarrelException conflict(StorePath item, Path place) {
    conflicting = true;
    return CarrelException.failed("cannot make one profile of " + owners.getOrDefault(place, item) + " and " + item + ": both have /"
        + target.relativize(place) + ", and not the same. Ask for one of them only");
  }
}
