package dev.carrel.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** An archive of Debian packages made by hand, which apt finds beside those of the host. */
final class HandmadeArchive {
  private final Path directory;
  private final Path packages;
  private final Path sources;

  /** In an empty directory that everybody may read. */
  HandmadeArchive(Path directory) throws IOException {
    this.directory = directory;
    this.packages = Files.createDirectory(directory.resolve("packages"));
    this.sources = Files.createDirectory(directory.resolve("sources"));
    Path host = Path.of("/etc/apt/sources.list.d");
    if (Files.isDirectory(host)) {
      try (Stream<Path> lists = Files.list(host)) {
        for (Path list : lists.filter(Files::isRegularFile).toList()) {
          Files.copy(list, sources.resolve(list.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    Files.writeString(sources.resolve("handmade.list"), "deb [trusted=yes] copy:" + packages + " ./\n");
  }

  /**
   * Adds a package with one file, {@code /usr/share/NAME/old}.
   *
   * @param fields more of its control file, a line each
   * @param controlFiles name and content, one after the other
   */
  void add(String name, String fields, String... controlFiles) throws IOException {
    Path tree = directory.resolve(name);
    Path control = Files.createDirectories(tree.resolve("DEBIAN"));
    Files.writeString(control.resolve("control"), "Package: " + name + "\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: d\n" + fields);
    for (int i = 0; i < controlFiles.length; i += 2) {
      Path file = Files.writeString(control.resolve(controlFiles[i]), controlFiles[i + 1]);
      if (!controlFiles[i].equals("triggers")) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    Path data = Files.createDirectories(tree.resolve("usr/share").resolve(name));
    Files.writeString(data.resolve("old"), "old");
    Host.says("dpkg-deb", "--build", "--root-owner-group", tree.toString(), packages.resolve(name + "_1_all.deb").toString());
    Trees.delete(tree);
  }

  /** Once all are there. */
  void index() throws IOException {
    Files.writeString(packages.resolve("Packages"), Host.says("sh", "-c", "cd " + packages + " && dpkg-scanpackages -m . 2>/dev/null") + "\n");
    Host.says("chmod", "-R", "a+rX", directory.toString());
  }

  /** What has to stand before a command so that it finds this archive; only root can have that. */
  List<String> prefix() {
    return List.of("unshare", "--mount", "sh", "-c", "mount --bind " + sources + " /etc/apt/sources.list.d && exec \"$@\"", "sh");
  }
}
