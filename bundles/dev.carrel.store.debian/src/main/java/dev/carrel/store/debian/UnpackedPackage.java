package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A package as it lies in the store. */
final class UnpackedPackage {
  private static final String CONTROL = "DEBIAN";
  private static final String[] BESIDE_USR = {"lib64", "lib32", "libx32", "libo32"};

  private final StorePath name;
  private final Path item;
  private final ControlFile control;

  private UnpackedPackage(StorePath name, Path item, ControlFile control) {
    this.name = name;
    this.item = item;
    this.control = control;
  }

  static UnpackedPackage read(Resolved resolved, Path item) throws IOException {
    Path file = item.resolve(CONTROL).resolve("control");
    // No package has links there, but an item that was imported may: they would be read on the host.
    if (!Files.isDirectory(item.resolve(CONTROL), LinkOption.NOFOLLOW_LINKS) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw CarrelException.failed("The package " + resolved.name() + " " + resolved.version() + " cannot be configured: its item " + item
          + " has no control file, and so it is none of Debian's. Delete it, or leave it unconfigured with --no-scripts.");
    }
    ControlFile control = ControlFile.read(file);
    if (!PackageName.isName(control.field("Package")) || !PackageName.isArchitecture(control.field("Architecture"))) {
      throw CarrelException.failed("The package " + resolved.name() + " " + resolved.version() + " cannot be configured: its control file has no"
          + " valid name and architecture. Report it to those who made the archive, or leave it unconfigured with --no-scripts.");
    }
    return new UnpackedPackage(resolved.item(), item, control);
  }

  StorePath item() {
    return name;
  }

  ControlFile control() {
    return control;
  }

  String plainName() {
    return control.field("Package");
  }

  String architecture() {
    return control.field("Architecture");
  }

  /** As dpkg names it in its database: with the architecture where there may be several. */
  String name() {
    return control.field("Multi-Arch").equals("same") ? plainName() + ":" + architecture() : plainName();
  }

  boolean isEssential() {
    return control.field("Essential").equalsIgnoreCase("yes");
  }

  /** In KiB, as its archive says; 0 if it does not. */
  long installedSize() {
    String size = control.field("Installed-Size");
    return size.matches("[0-9]{1,12}") ? Long.parseLong(size) : 0;
  }

  /** Whether there is anything to do when it is configured, but for writing that down. */
  boolean hasWork() {
    return has("postinst") || has("preinst") || has("triggers");
  }

  /** Whether it is among some packages, named with or without the architecture. */
  boolean isAmong(Set<String> names) {
    return names.contains(name()) || names.contains(plainName());
  }

  boolean has(String controlFile) {
    return Files.isRegularFile(controlFile(controlFile), LinkOption.NOFOLLOW_LINKS);
  }

  Path controlFile(String name) {
    return item.resolve(CONTROL).resolve(name);
  }

  /** All but the control file itself. */
  List<Path> controlFiles() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(item.resolve(CONTROL))) {
      for (Path file : all) {
        if (!file.endsWith("control") && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          files.add(file);
        }
      }
    }
    return files;
  }

  /** Where a file of the archive is: below usr, if the root directory has only a link there. */
  Path file(String absolute) throws IOException {
    try {
      return item.resolve(ItemTree.path(absolute.substring(1)));
    } catch (RefusedException e) {
      throw new IOException(e);
    }
  }

  /** Files that an administrator may change: deb-conffiles(5). */
  List<String> settings() throws IOException {
    List<String> names = new ArrayList<>();
    if (has("conffiles")) {
      for (String line : Files.readString(controlFile("conffiles")).split("\n")) {
        String name = line.strip();
        if (name.startsWith("/") && isOwnFile(file(name))) { // others begin with a flag
          names.add(name);
        }
      }
    }
    return names;
  }

  /** Whether it is a file of the item's, which no link on the way leads out of. */
  private boolean isOwnFile(Path file) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && file.toRealPath().startsWith(item.toRealPath());
  }

  /**
   * The names of its files and directories, as its archive had them: what lies below usr/bin now may have been in /bin, and scripts ask
   * for it. The checksums tell that of regular files, and so of the directories.
   */
  Set<String> files() throws IOException {
    Set<String> aliased = new HashSet<>();
    Set<String> plain = new HashSet<>();
    if (has("md5sums")) {
      for (String line : Files.readString(controlFile("md5sums")).split("\n")) {
        String name = line.length() > 34 ? line.substring(34) : "";
        String parent = name.substring(0, Math.max(0, name.lastIndexOf('/')));
        (name.startsWith("usr/") ? plain : aliased).add(parent);
      }
    }
    Set<String> names = new TreeSet<>();
    names.add("/.");
    for (String name : BESIDE_USR) {
      if (Files.isDirectory(item.resolve("usr").resolve(name))) {
        names.add("/" + name);
      }
    }
    add(item, "", aliased, plain, names);
    return names;
  }

  private static void add(Path directory, String path, Set<String> aliased, Set<String> plain, Set<String> names) throws IOException {
    String below = path.startsWith("usr/") ? path.substring("usr/".length()) : "";
    boolean moved = !below.isEmpty() && aliased.contains(below);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        boolean isDirectory = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
        if (path.isEmpty() && name.equals(CONTROL)) {
          continue;
        }
        String full = path.isEmpty() ? name : path + "/" + name;
        if (moved && !isDirectory) {
          addWithParents("/" + below + "/" + name, names);
        }
        if (!moved || isDirectory || plain.contains(path)) {
          names.add("/" + full);
        }
        if (isDirectory) {
          add(entry, full, aliased, plain, names);
        }
      }
    }
  }

  private static void addWithParents(String name, Set<String> names) {
    String next = name;
    while (!next.isEmpty() && names.add(next)) {
      next = next.substring(0, next.lastIndexOf('/'));
    }
  }
}
