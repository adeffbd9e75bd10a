package dev.carrel.shell;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Paths in a manifest, which are taken from its directory, wherever the command is given.
 *
 * @param directory that of the manifest
 * @param home that of the user, which {@code ~} means
 */
record ManifestPaths(Path directory, Path home) {
  /** @throws IllegalArgumentException if it is no path */
  String absolute(String text) {
    try {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("a path is empty");
      }
      Path path = text.equals("~") ? home : text.startsWith("~/") ? home.resolve(text.substring(2)) : directory.resolve(text);
      return path.normalize().toString();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("'" + text + "' is no path");
    }
  }

  /** Of {@code SRC} or {@code SRC=DST}, SRC. */
  String mapping(String text) {
    int equals = text.indexOf('=');
    String source = absolute(equals < 0 ? text : text.substring(0, equals));
    if (source.indexOf('=') >= 0) {
      throw new IllegalArgumentException("the path " + source + " has an equals sign, which separates it from where it is mapped to: use mount = "
          + "[\"type=bind,source=SRC,target=DST\"]");
    }
    return equals < 0 ? source : source + text.substring(equals);
  }

  /** Of what {@code --mount} takes, those parts that are paths of the host. */
  String mount(String text) {
    StringBuilder mount = new StringBuilder();
    for (int begin = 0; begin <= text.length(); ) {
      int end = begin;
      while (end < text.length() && text.charAt(end) != ',') {
        end += text.charAt(end) == '\\' ? 2 : 1;
      }
      end = Math.min(end, text.length());
      mount.append(mount.length() == 0 ? "" : ",").append(part(text.substring(begin, end)));
      begin = end + 1;
    }
    return mount.toString();
  }

  private String part(String text) {
    int equals = text.indexOf('=');
    String name = equals < 0 ? "" : text.substring(0, equals);
    if (!name.equals("source") && !name.equals("src") && !name.equals("lower") && !name.equals("changes")) {
      return text;
    }
    String path = text.substring(equals + 1).replaceAll("\\\\(.)", "$1");
    return name + "=" + absolute(path).replace("\\", "\\\\").replace(",", "\\,");
  }
}
