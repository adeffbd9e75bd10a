package dev.carrel.store;

import dev.carrel.store.Listing.Entry;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes equal files one: in {@code links/} there is a hard link to each distinct content, by its hash. A file system that has no
 * hard links, or has no more of them for a file, is no failure: then there are two files.
 */
final class EqualFiles {
  /** So often a collection may remove what is about to be used. */
  private static final int ATTEMPTS = 3;

  private final Layout layout;
  private final Path place;
  private long files;
  private long bytes;

  /**
   * In a store.
   *
   * @param place a directory of one's own on its file system
   */
  EqualFiles(Layout layout, Path place) {
    this.layout = layout;
    this.place = place;
  }

  /** How many files were replaced. */
  long files() {
    return files;
  }

  /** How much space that gave. */
  long bytes() {
    return bytes;
  }

  /**
   * Shares files of a tree, whose directories are as they were afterwards. Of what programs change, those stay apart that have the same content as
   * another in the tree: who copies one over the other would be told that they are the same file, as cp(1) does.
   *
   * @param all what the tree has
   * @param some those of its files that are to be shared
   */
  void share(Path tree, Listing all, Listing some) throws IOException {
    Set<String> apart = apart(all, some);
    Map<Path, Set<PosixFilePermission>> opened = new HashMap<>();
    try {
      for (Map.Entry<String, Entry> entry : some.entries().entrySet()) {
        if (entry.getValue().isFile() && !apart.contains(entry.getKey())) {
          share(tree.resolve(entry.getKey()), entry.getValue(), opened);
        }
      }
    } finally {
      for (Map.Entry<Path, Set<PosixFilePermission>> directory : opened.entrySet()) {
        Freeze.time(directory.getKey());
        Files.setPosixFilePermissions(directory.getKey(), directory.getValue());
      }
    }
  }

  private static Set<String> apart(Listing all, Listing some) {
    Map<String, List<String>> changing = new HashMap<>();
    some.entries().forEach((name, entry) -> {
      if (entry.isFile() && isChanged(name)) {
        changing.computeIfAbsent(entry.content(), content -> new ArrayList<>(1)).add(name);
      }
    });
    if (changing.isEmpty()) {
      return Set.of();
    }
    Set<String> apart = new HashSet<>();
    all.entries().forEach((name, entry) -> {
      for (String equal : entry.isFile() ? changing.getOrDefault(entry.content(), List.of()) : List.<String>of()) {
        if (!equal.equals(name)) {
          apart.add(equal);
        }
      }
    });
    return apart;
  }

  private static boolean isChanged(String name) {
    return name.startsWith("etc/") || name.startsWith("var/");
  }

  private void share(Path file, Entry entry, Map<Path, Set<PosixFilePermission>> opened) throws IOException {
    Path link = layout.links().resolve(entry.key());
    boolean settled = false;
    for (int attempt = 0; !settled && attempt < ATTEMPTS; attempt++) {
      settled = true;
      try {
        Files.createLink(link, file);
      } catch (FileAlreadyExistsException e) {
        settled = replace(file, link, opened);
      } catch (NoSuchFileException e) {
        return; // the file is gone: to find that is not the matter here
      } catch (FileSystemException | UnsupportedOperationException e) {
        refuseFullDisk(e);
      }
    }
  }

  private static void refuseFullDisk(Exception e) throws IOException {
    if (e instanceof FileSystemException failed && String.valueOf(failed.getReason()).contains("No space left")) {
      throw failed;
    }
  }

  /** Puts a link in the place of a file; tells whether that is settled, or the link is gone meanwhile. */
  private boolean replace(Path file, Path link, Map<Path, Set<PosixFilePermission>> opened) throws IOException {
    Map<String, Object> here = Files.readAttributes(file, "unix:ino,size,nlink", LinkOption.NOFOLLOW_LINKS);
    Map<String, Object> there;
    try {
      there = Files.readAttributes(link, "unix:ino,size,nlink", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return false; // a collection has just removed it
    }
    if (here.get("ino").equals(there.get("ino"))) {
      return true;
    }
    if (!here.get("size").equals(there.get("size"))) {
      Files.deleteIfExists(link); // a loss of power, or somebody, has damaged it
      return false;
    }
    Path fresh = place.resolve("link");
    try {
      Files.createLink(fresh, link);
    } catch (NoSuchFileException e) {
      return false;
    } catch (FileSystemException | UnsupportedOperationException e) {
      refuseFullDisk(e);
      return true;
    }
    Path directory = file.getParent();
    if (!opened.containsKey(directory)) {
      opened.put(directory, Files.getPosixFilePermissions(directory));
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    files++;
    bytes += (Integer) here.get("nlink") == 1 ? (Long) here.get("size") : 0;
    return true;
  }
}
