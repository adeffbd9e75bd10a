package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes an item of what a user has. Its content decides on its digest, so that the same is added once. What is not laid out like
 * a root file system is put where programs look for it: see {@link #arrange}.
 */
final class Addition {
  private static final Set<String> TOP = Set.of("usr", "etc", "var", "opt", "srv");
  private static final Set<String> PREFIX = Set.of("bin", "sbin", "lib", "lib64", "libexec", "share", "include", "games");

  private final DirectoryStore store;
  private final DirectoryStore.Tools tools;
  private final Progress progress;

  Addition(DirectoryStore store, DirectoryStore.Tools tools, Progress progress) {
    this.store = store;
    this.tools = tools;
    this.progress = progress;
  }

  StorePath add(Path what, String name, String version, Set<StorePath> references) throws IOException {
    if (!Files.exists(what)) {
      throw CarrelException.usage("cannot add " + what + " to the store: no such file or directory");
    }
    try (Staging.Place place = tools.staging().open()) {
      Path given = Files.createDirectory(place.path().resolve("given"));
      try (Progress.Task task = progress.begin("copying " + name, -1, Progress.Unit.ITEMS)) {
        collect(what, given);
      } catch (SafeTree.Refused | Tarball.Damaged e) {
        throw CarrelException.failed("cannot add " + what + " to the store: " + e.getMessage(), e);
      }
      Path tree = Files.createDirectory(place.path().resolve("tree"));
      arrange(given, tree, name);
      TreeSet<String> needs = new TreeSet<>();
      references.forEach(one -> needs.add(one.fileName()));
      String digest = Digest.of("added-1\0" + name + "\0" + version + "\0" + Nar.of(tree, tools.host()).hash() + "\0" + String.join("\0", needs));
      StorePath item = StorePath.of(digest.substring(0, 32), name, version);
      store.realize(List.of(new Recipe(item, references, directory -> moveAll(tree, directory))), progress);
      new AddedNames(tools.layout()).put(item);
      return item;
    }
  }

  private static void collect(Path what, Path given) throws IOException {
    SafeTree tree = new SafeTree(given);
    String file = what.toRealPath().getFileName().toString();
    if (Files.isDirectory(what)) {
      copy(tree, what.toRealPath(), "");
    } else if (!Files.isRegularFile(what)) {
      throw new SafeTree.Refused(file, "is no file and no directory");
    } else if (Tarball.isNamedSo(file)) {
      new Tarball(what).unpack(tree);
    } else {
      try (InputStream in = Files.newInputStream(what)) {
        tree.file((Files.isExecutable(what) ? "bin/" : "") + file, Files.isExecutable(what), in);
      }
    }
  }

  private static void copy(SafeTree tree, Path directory, String name) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String path = name + entry.getFileName();
        if (Files.isSymbolicLink(entry)) {
          tree.link(path, Files.readSymbolicLink(entry).toString());
        } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          tree.directory(path);
          copy(tree, entry, path + "/");
        } else if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          try (InputStream in = Files.newInputStream(entry)) {
            tree.file(path, Files.isExecutable(entry), in);
          }
        } else {
          throw new SafeTree.Refused(path, "is a device, fifo or socket, which no item may have");
        }
      }
    }
  }

  /**
   * What has usr, etc, var, opt or srv is taken as it is. What has bin, lib, share and so on goes below /usr, also from within the
   * only directory there is, as archives mostly have one. Anything else goes to /opt/NAME.
   */
  private static void arrange(Path given, Path tree, String name) throws IOException {
    List<Path> entries = Trees.entries(given);
    if (entries.size() == 1 && Files.isDirectory(entries.get(0), LinkOption.NOFOLLOW_LINKS) && !isKnown(entries)) {
      List<Path> inner = Trees.entries(entries.get(0));
      if (isKnown(inner)) {
        arrange(entries.get(0), tree, name);
        return;
      }
    }
    boolean root = entries.stream().anyMatch(entry -> TOP.contains(entry.getFileName().toString()));
    boolean prefix = !root && isKnown(entries);
    Path target = root ? tree : Files.createDirectories(prefix ? tree.resolve("usr") : tree.resolve("opt").resolve(name));
    moveAll(given, target);
  }

  private static boolean isKnown(List<Path> entries) {
    return entries.stream().map(entry -> entry.getFileName().toString()).anyMatch(one -> TOP.contains(one) || PREFIX.contains(one));
  }

  private static void moveAll(Path from, Path to) throws IOException {
    for (Path entry : Trees.entries(from)) {
      Files.move(entry, to.resolve(entry.getFileName()));
    }
  }
}
