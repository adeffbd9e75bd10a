package dev.carrel.system;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.FileContent;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files of a system, in the order of their paths. */
final class SystemTree {
  private static final int FILE = 0644;
  private static final int PROGRAM = 0755;
  private static final int EXECUTABLE = 0100;

  private final TreeMap<Path, SystemFile> files = new TreeMap<>();

  /** Those that every system has. */
  static List<SystemFile> standard(SystemDeclaration declaration) {
    String host = declaration.hostname();
    String zone = declaration.timezone().orElse("Etc/UTC");
    return List.of(
        text("hostname", host + "\n"),
        text("hosts", "127.0.0.1\tlocalhost\n127.0.1.1\t" + host + "\n::1\tlocalhost ip6-localhost ip6-loopback\n"),
        text("machine-id", ""),
        text("timezone", zone + "\n"),
        new SystemFile.Link(Path.of("/etc/localtime"), "/usr/share/zoneinfo/" + zone),
        text("default/locale", "LANG=" + declaration.locale() + "\n"));
  }

  private static SystemFile text(String name, String text) {
    return new SystemFile.Regular(Path.of("/etc").resolve(name), FILE, FileContent.of(text));
  }

  /** Adds files; one that is there already is replaced. */
  void put(Collection<SystemFile> more) {
    more.forEach(file -> files.put(file.path(), file));
  }

  /**
   * Adds files of which none may be there.
   *
   * @param whose who brings them, in a sentence
   */
  void add(String whose, Collection<SystemFile> more) {
    for (SystemFile file : more) {
      SystemFile before = files.putIfAbsent(file.path(), file);
      if (before != null && !before.equals(file)) {
        throw CarrelException.usage("carrel system: " + file.path() + " is a file of " + whose + ": it cannot be declared");
      }
    }
  }

  /** The modes that an item cannot hold: of a file it knows whether it can be executed, and of a directory nothing. */
  Map<Path, Integer> modes() {
    Map<Path, Integer> modes = new TreeMap<>();
    for (SystemFile file : files.values()) {
      if (file instanceof SystemFile.Regular regular && regular.mode() != FILE && regular.mode() != PROGRAM) {
        modes.put(file.path(), regular.mode());
      } else if (file instanceof SystemFile.Directory directory && directory.mode() != PROGRAM) {
        modes.put(file.path(), directory.mode());
      }
    }
    return modes;
  }

  /** Makes them below a directory. */
  void write(Path directory) throws IOException {
    for (SystemFile file : files.values()) {
      Path place = directory.resolve(Path.of("/").relativize(file.path()).toString());
      if (file instanceof SystemFile.Directory) {
        Files.createDirectories(place);
        continue;
      }
      Files.createDirectories(place.getParent());
      if (file instanceof SystemFile.Link link) {
        Files.createSymbolicLink(place, Path.of(link.target()));
      } else if (file instanceof SystemFile.Regular regular) {
        Files.write(place, regular.content().bytes());
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString((regular.mode() & EXECUTABLE) != 0 ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
  }

  /** Adds all of them to a digest. */
  void update(MessageDigest digest) {
    for (SystemFile file : files.values()) {
      byte[] content = file instanceof SystemFile.Regular regular ? regular.content().bytes()
          : file instanceof SystemFile.Link link ? link.target().getBytes(StandardCharsets.UTF_8) : new byte[0];
      int mode = file instanceof SystemFile.Regular regular ? regular.mode() : file instanceof SystemFile.Directory directory ? directory.mode() : 0;
      digest.update((file.getClass().getSimpleName() + "\0" + file.path() + "\0" + mode + "\0" + content.length + "\0").getBytes(StandardCharsets.UTF_8));
      digest.update(content);
    }
  }
}
