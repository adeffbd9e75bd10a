package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Finish;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Builds a profile: one tree with the content of several items, whose files are hard links to theirs. */
final class Union {
  private static final String FORMAT = "union-2";
  private static final Set<String> ALWAYS = Set.of("bin", "sbin", "lib", "lib64");
  private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib64", "lib32", "libx32");
  /** What a container covers with files of its own. */
  private static final List<String> COVERED = List.of("etc/passwd", "etc/group", "etc/hosts", "etc/hostname", "etc/resolv.conf",
      "etc/nsswitch.conf", "etc/localtime", "etc/services");

  private final StorePath profile;
  private final List<StorePath> items;
  private final Finish finish;
  private final List<Layout> layouts;
  private final Host host;
  private final Optional<BegunUnion> begun;
  private final CopiedFiles copies;
  private Path target;
  private UnionTree tree;
  private boolean based;

  /**
   * To be built once.
   *
   * @param finish what is changed in the end
   * @param layouts the store it is for, and others in which items may be
   * @param begun what has been made of it ahead
   */
  Union(StorePath profile, List<StorePath> items, Finish finish, List<Layout> layouts, Host host, Optional<BegunUnion> begun) {
    this.profile = profile;
    this.items = items;
    this.finish = finish;
    this.layouts = layouts;
    this.host = host;
    this.begun = begun;
    this.copies = new CopiedFiles(layouts.get(0));
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

  /** Says how much space it took, if it took any for files. */
  void tellCost(Progress progress) {
    CopiedFiles.tell(copies.bytes(), layouts.get(layouts.size() - 1), progress);
  }

  /** Fills an empty directory. */
  void build(Path directory) throws IOException {
    target = directory;
    tree = new UnionTree(directory, host);
    UnionPlan plan = plan();
    Set<String> there = based && begun.isPresent() ? begun.get().takeOver(plan, directory) : Set.of();
    new UnionLinks(layouts, copies).make(plan, there, directory, tree);
    complete();
    if (!finish.name().isEmpty()) {
      change();
    }
  }

  private UnionPlan plan() throws IOException {
    Members members = new Members(layouts, host);
    based = finish.base().isPresent();
    if (based) {
      try {
        return UnionPlan.of(profile, onBase(finish.base().get()), members);
      } catch (CarrelException e) {
        based = false; // something that is not in the items alone is in the way
      }
    }
    return UnionPlan.of(profile, items, members);
  }

  /** The base is merged as an item, in the place of those that it was made of. */
  private List<StorePath> onBase(Finish.Base base) {
    List<StorePath> members = new ArrayList<>(items);
    members.removeAll(base.items());
    members.add(0, base.profile());
    return members;
  }

  /** What is changed is put in the place of what was there: files of items are never written. */
  private void change() throws IOException {
    tree.freeze(); // it is to be seen as it will be, times included
    Path changes = Files.createDirectory(target.resolveSibling(target.getFileName() + ".changes"));
    finish.work().change(target, changes, based);
    for (String name : UnionPlan.DIRECTORIES) {
      new Changes(tree).apply(changes.resolve(name).resolve("upper"), target.resolve(name));
    }
    Freeze.remove(changes);
    tree.open(target.resolve("etc"));
    for (String file : COVERED) {
      coverable(target.resolve(file));
    }
    tree.open(target.resolve("var"));
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
  Nar.Content finish(Path directory) throws IOException {
    tree.freeze();
    return tree.content();
  }

  private void make(Path directory) throws IOException {
    Files.createDirectory(directory);
    tree.made(directory);
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
      tree.made(link);
    }
  }

  /** A mount point has to be a file: a link, as packages make it of /etc/localtime, would lead away from it. */
  private void coverable(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      tree.remove(file);
    }
    if (!Files.exists(file)) {
      Files.createFile(file);
      tree.made(file);
    }
  }
}
