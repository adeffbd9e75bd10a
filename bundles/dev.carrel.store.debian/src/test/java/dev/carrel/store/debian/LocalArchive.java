package dev.carrel.store.debian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An archive of packages in a directory, and an /etc/apt that names it: apt works with it as with any, without network. */
final class LocalArchive {
  private final Path repository;
  private final Path etc;

  LocalArchive(Path directory) throws IOException {
    repository = Files.createDirectories(directory.resolve("repository"));
    etc = Files.createDirectories(directory.resolve("etc"));
    for (String name : List.of("apt.conf.d", "sources.list.d", "preferences.d", "trusted.gpg.d", "auth.conf.d")) {
      Files.createDirectories(etc.resolve(name));
    }
    configure("test", "Acquire::Retries \"0\";");
    sources("deb [trusted=yes] copy:" + repository + " ./");
    Files.writeString(repository.resolve("Packages"), "");
    add("base", "1.0", "Essential: yes\n");
  }

  Path etc() {
    return etc;
  }

  Path repository() {
    return repository;
  }

  /** The line that names this archive. */
  String line() {
    return "deb [trusted=yes] copy:" + repository + " ./";
  }

  void sources(String lines) throws IOException {
    Files.writeString(etc.resolve("sources.list"), lines + "\n");
  }

  void configure(String name, String text) throws IOException {
    Files.writeString(etc.resolve("apt.conf.d").resolve(name), text + "\n");
  }

  /** What Carrel uses: this configuration, the host's programs. */
  AptPaths paths() {
    return new AptPaths(etc, AptPaths.host().programs(), Map.of("HOME", etc.toString()));
  }

  DebianSource source() {
    return new DebianSource(paths(), Sha256::java);
  }

  /** Adds a source package, of which only what it says of itself is there. */
  void addSource(String name, String version, String fields) throws IOException {
    Files.writeString(repository.resolve("Sources"), "Package: " + name + "\nVersion: " + version + "\nBinary: " + name
        + "\nArchitecture: any\nFormat: 1.0\nDirectory: .\nChecksums-Sha256:\n " + "0".repeat(64) + " 1 " + name + ".dsc\n" + fields + "\n",
        java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
  }

  /** Adds a package with one file, {@code /usr/share/NAME/file}. */
  Path add(String name, String version, String fields) throws IOException {
    return add(name, version, fields, new DebBuilder().file("./usr/share/" + name + "/file", name + " " + version));
  }

  Path add(String name, String version, String fields, DebBuilder builder) throws IOException {
    String control = "Package: " + name + "\nVersion: " + version + "\nArchitecture: all\nMaintainer: a <a@b>\n" + (fields.contains("Description:") ? "" : "Description: d\n") + fields;
    Path deb = repository.resolve(name + "_" + version.replace(":", "") + "_all.deb");
    builder.control("./control", control, 0644).build(deb);
    Files.writeString(repository.resolve("Packages"), control + "Filename: ./" + deb.getFileName() + "\nSize: " + Files.size(deb)
        + "\nSHA256: " + Sha256.of(deb, Sha256.java()) + "\n\n", java.nio.file.StandardOpenOption.APPEND);
    return deb;
  }
}
