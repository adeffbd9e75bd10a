package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.system.SystemStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How the files of a running system become those of another one: a script for sh, run inside as root. What both have in common is not touched,
 * so that what somebody has changed inside stays unless the declaration of it, or a package, has changed.
 */
final class SystemChange {
  private static final int LINE = 76;
  /** Where a running system notes what it is, if that is no longer what it was started as. */
  static final String NOTE = "/run/carrel-system";

  private final SystemStart present;
  private final SystemStart next;
  private final boolean packages;

  /** @param packages whether what the packages have in directories that can be written changes as well */
  SystemChange(SystemStart present, SystemStart next, boolean packages) {
    this.present = present;
    this.next = next;
    this.packages = packages;
  }

  /** The script. */
  String script() {
    StringBuilder text = new StringBuilder("set -e\numask 022\n");
    try {
      Map<Path, Path> before = files(present);
      Map<Path, Path> after = files(next);
      for (Map.Entry<Path, Path> gone : before.entrySet()) {
        if (!after.containsKey(gone.getKey())) {
          remove(gone.getKey(), gone.getValue(), text);
        }
      }
      for (Map.Entry<Path, Path> file : after.entrySet()) {
        if (!before.containsKey(file.getKey()) || !same(file.getKey(), before.get(file.getKey()), file.getValue())) {
          put(file.getKey(), file.getValue(), text);
        }
      }
      emptied(text);
    } catch (IOException e) {
      throw CarrelException.failed("cannot read the system " + next.item() + ": " + e + ". carrel store verify tells what is wrong", e);
    }
    return text.append("printf '%s\\n' ").append(ShellWords.quoted(next.item().toString())).append(" >").append(NOTE).append('\n').toString();
  }

  /** A directory in which there was nothing has to go only if there still is nothing; where something comes, it is made again. */
  private static void remove(Path file, Path source, StringBuilder text) {
    boolean directory = Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS);
    text.append(directory ? "rmdir -- " : "rm -f -- ").append(inside(file)).append(directory ? " 2>/dev/null || :\n" : "\n");
  }

  /** Directories of services that are gone, which are empty now. */
  private void emptied(StringBuilder text) throws IOException {
    try (Stream<Path> all = Files.walk(present.files())) {
      List<Path> directories = all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .map(present.files()::relativize).filter(path -> !Files.exists(next.files().resolve(path), LinkOption.NOFOLLOW_LINKS)).sorted().toList();
      for (int i = directories.size() - 1; i >= 0; i--) {
        text.append("rmdir -- ").append(inside(directories.get(i))).append(" 2>/dev/null || :\n");
      }
    }
  }

  /** Where each file comes from; the system's own are over those of its packages. Directories are among them where nothing else is in them. */
  private Map<Path, Path> files(SystemStart start) throws IOException {
    Map<Path, Path> files = new TreeMap<>();
    for (int i = 0; packages && i < SystemLine.OVERLAID.length; i++) {
      add(start.profile(), SystemLine.OVERLAID[i], files);
    }
    add(start.files(), "", files);
    return files;
  }

  private static void add(Path tree, String below, Map<Path, Path> files) throws IOException {
    Path top = tree.resolve(below);
    if (!Files.isDirectory(top)) {
      return;
    }
    try (Stream<Path> all = Files.walk(top)) {
      all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) || !below.isEmpty() && isEmpty(path))
          .forEach(path -> files.put(tree.relativize(path), path));
    }
  }

  private static boolean isEmpty(Path directory) {
    String[] names = directory.toFile().list();
    return names == null || names.length == 0;
  }

  private boolean same(Path file, Path before, Path after) throws IOException {
    if (kind(before) != kind(after)) {
      return false;
    }
    if (Files.isSymbolicLink(after)) {
      return Files.readSymbolicLink(before).equals(Files.readSymbolicLink(after));
    }
    return Files.isDirectory(after) || mode(present, file, before).equals(mode(next, file, after)) && Files.mismatch(before, after) < 0;
  }

  private static int kind(Path file) {
    return Files.isSymbolicLink(file) ? 0 : Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) ? 1 : 2;
  }

  private static String mode(SystemStart start, Path file, Path source) {
    Integer mode = source.startsWith(start.files()) ? start.modes().get(Path.of("/").resolve(file.toString())) : null;
    return Integer.toOctalString(mode != null ? mode : Files.isExecutable(source) ? 0755 : 0644);
  }

  /** A file comes to its place whole, as somebody may read it just then. */
  private void put(Path file, Path source, StringBuilder text) throws IOException {
    String place = inside(file);
    if (Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
      text.append("mkdir -p ").append(place).append('\n');
      return;
    }
    text.append("mkdir -p ").append(inside(file.getParent())).append('\n');
    if (Files.isSymbolicLink(source)) {
      text.append("ln -sfn -- ").append(ShellWords.quoted(Files.readSymbolicLink(source).toString())).append(' ').append(place).append('\n');
      return;
    }
    text.append("base64 -d >").append(place).append(".new <<'END'\n")
        .append(Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(Files.readAllBytes(source))).append("\nEND\n")
        .append("chmod ").append(mode(next, file, source)).append(' ').append(place).append(".new\nmv -f -- ").append(place).append(".new ").append(place)
        .append('\n');
  }

  private static String inside(Path file) {
    return ShellWords.quoted("/" + file);
  }
}
