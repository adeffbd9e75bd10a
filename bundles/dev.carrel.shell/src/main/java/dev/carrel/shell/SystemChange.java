package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.system.SystemStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How the files of a running system become those of another one: a script for sh, run inside as root. What both have in common is not touched,
 * so that what somebody has changed inside stays unless the declaration of it has changed.
 */
final class SystemChange {
  private static final int LINE = 76;
  /** Where a running system notes what it is, if that is no longer what it was started as. */
  static final String NOTE = "/run/carrel-system";

  private final SystemStart present;
  private final SystemStart next;

  SystemChange(SystemStart present, SystemStart next) {
    this.present = present;
    this.next = next;
  }

  /** The script. */
  String script() {
    StringBuilder text = new StringBuilder("set -e\numask 022\n");
    try {
      List<Path> wanted = files(next.files());
      for (Path gone : files(present.files())) {
        if (!wanted.contains(gone)) {
          text.append("rm -f -- ").append(inside(gone)).append('\n');
        }
      }
      for (Path file : wanted) {
        if (!same(file)) {
          put(file, text);
        }
      }
      emptied(text);
    } catch (IOException e) {
      throw CarrelException.failed("cannot read the system " + next.item() + ": " + e + ". carrel store verify tells what is wrong", e);
    }
    return text.append("printf '%s\\n' ").append(ShellWords.quoted(next.item().toString())).append(" >").append(NOTE).append('\n').toString();
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

  private static List<Path> files(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      return new ArrayList<>(all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).map(tree::relativize).sorted().toList());
    }
  }

  private boolean same(Path file) throws IOException {
    Path before = present.files().resolve(file);
    Path after = next.files().resolve(file);
    if (!Files.exists(before, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(before) != Files.isSymbolicLink(after)) {
      return false;
    }
    if (Files.isSymbolicLink(after)) {
      return Files.readSymbolicLink(before).equals(Files.readSymbolicLink(after));
    }
    return Files.isExecutable(before) == Files.isExecutable(after) && mode(present, file).equals(mode(next, file))
        && Arrays.equals(Files.readAllBytes(before), Files.readAllBytes(after));
  }

  private static String mode(SystemStart start, Path file) {
    Map<Path, Integer> modes = start.modes();
    Integer mode = modes.get(Path.of("/").resolve(file.toString()));
    return Integer.toOctalString(mode != null ? mode : Files.isExecutable(start.files().resolve(file)) ? 0755 : 0644);
  }

  /** A file comes to its place whole, as somebody may read it just then. */
  private void put(Path file, StringBuilder text) throws IOException {
    String place = inside(file);
    String parent = inside(file.getParent());
    text.append("mkdir -p ").append(parent).append('\n');
    Path source = next.files().resolve(file);
    if (Files.isSymbolicLink(source)) {
      text.append("ln -sfn -- ").append(ShellWords.quoted(Files.readSymbolicLink(source).toString())).append(' ').append(place).append('\n');
      return;
    }
    text.append("base64 -d >").append(place).append(".new <<'END'\n")
        .append(Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(Files.readAllBytes(source))).append("\nEND\n")
        .append("chmod ").append(mode(next, file)).append(' ').append(place).append(".new\nmv -f -- ").append(place).append(".new ").append(place)
        .append('\n');
  }

  private static String inside(Path file) {
    return ShellWords.quoted("/" + file);
  }
}
