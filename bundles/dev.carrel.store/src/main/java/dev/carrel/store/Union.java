package dev.carrel.store;

import dev.carrel.api.CarrelException;
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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds a profile: one tree with the content of several items, whose files are hard links to theirs. */
final class Union {
  private static final String FORMAT = "union-2";
  private static final List<String> DIRECTORIES = List.of("usr", "etc", "var", "opt", "srv");
  private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib64", "lib32", "libx32");
  /** What a container covers with files of its own. */
  private static final List<String> COVERED = List.of("etc/passwd", "etc/group", "etc/hosts", "etc/hostname", "etc/resolv.conf",
      "etc/nsswitch.conf", "etc/localtime", "etc/services");

  private final Map<StorePath, Path> items;
  private final Path target;
  private final Map<Path, StorePath> owners = new HashMap<>();

  private Union(Map<StorePath, Path> items, Path target) {
    this.items = items;
    this.target = target;
  }

  /** The name of the profile of some items: in whatever order they are told. */
  static StorePath path(String name, List<StorePath> items) {
    TreeMap<String, StorePath> sorted = new TreeMap<>();
    items.forEach(item -> sorted.put(item.fileName(), item));
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((FORMAT + "\0" + name).getBytes(StandardCharsets.UTF_8));
      sorted.keySet().forEach(item -> digest.update(("\0" + item).getBytes(StandardCharsets.UTF_8)));
      return StorePath.of(HexFormat.of().formatHex(digest.digest(), 0, 16), name, "");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** Fills an empty directory. */
  static void build(Map<StorePath, Path> items, Path target) throws IOException {
    new Union(items, target).build();
  }

  private void build() throws IOException {
    for (String directory : DIRECTORIES) {
      Files.createDirectory(target.resolve(directory));
    }
    for (Map.Entry<StorePath, Path> item : items.entrySet()) {
      for (String directory : DIRECTORIES) {
        Path source = item.getValue().resolve(directory);
        if (Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
          merge(item.getKey(), source, target.resolve(directory));
        }
      }
    }
    provideShell();
    for (String name : MERGED) {
      Path directory = target.resolve("usr").resolve(name);
      boolean always = name.equals("bin") || name.equals("sbin") || name.equals("lib") || name.equals("lib64");
      if (always) {
        Files.createDirectories(directory);
      }
      if (Files.isDirectory(directory)) {
        Files.createSymbolicLink(target.resolve(name), Path.of("usr", name));
      }
    }
    for (String file : COVERED) {
      coverable(target.resolve(file));
    }
    link("var/run", "/run");
    link("var/lock", "/run/lock");
    link("var/tmp", "/tmp");
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
    if (!Files.exists(target.resolve(path), LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(target.resolve(path), Path.of(to));
    }
  }

  /** A mount point has to be a file: a link, as packages make it of /etc/localtime, would lead away from it. */
  private static void coverable(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      Files.delete(file);
    }
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
  }

  private void merge(StorePath item, Path source, Path destination) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(source)) {
      for (Path entry : entries) {
        Path place = destination.resolve(entry.getFileName());
        if (Files.isSymbolicLink(entry)) {
          mergeLink(item, entry, place);
        } else if (Files.isDirectory(entry)) {
          mergeDirectory(item, entry, place);
        } else {
          mergeFile(item, entry, place);
        }
      }
    }
  }

  private void mergeLink(StorePath item, Path entry, Path place) throws IOException {
    Path to = Files.readSymbolicLink(entry);
    try {
      Files.createSymbolicLink(place, to);
      owners.put(place, item);
    } catch (FileAlreadyExistsException e) {
      if (!(Files.isSymbolicLink(place) && Files.readSymbolicLink(place).equals(to))) {
        throw conflict(item, place);
      }
    }
  }

  private void mergeDirectory(StorePath item, Path entry, Path place) throws IOException {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(place);
      owners.put(place, item);
    } else if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      throw conflict(item, place);
    }
    merge(item, entry, place);
  }

  private void mergeFile(StorePath item, Path entry, Path place) throws IOException {
    try {
      Files.createLink(place, entry);
      owners.put(place, item);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS) || Files.mismatch(place, entry) >= 0) {
        throw conflict(item, place);
      }
    } catch (FileSystemException | UnsupportedOperationException e) {
      Files.copy(entry, place, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES); // too many links, or none at all here
      owners.put(place, item);
    }
  }

  private CarrelException conflict(StorePath item, Path place) {
    return CarrelException.failed("cannot make one profile of " + owners.getOrDefault(place, item) + " and " + item + ": both have /"
        + target.relativize(place) + ", and not the same. Ask for one of them only");
  }
}
