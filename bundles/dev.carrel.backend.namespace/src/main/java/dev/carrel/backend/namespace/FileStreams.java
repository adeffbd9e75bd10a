package dev.carrel.backend.namespace;

import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which of a program's standard streams are regular files whose offset counts. A kernel of its own has an offset of its own for each, which begins at 0: so it
 * would write over what is there, and read what was read before.
 *
 * @param in whether standard input is read from one
 * @param out whether standard output goes to one that is not appended to
 * @param err the same of standard error
 */
record FileStreams(boolean in, boolean out, boolean err) {
  static final FileStreams NONE = new FileStreams(false, false, false);
  private static final int O_APPEND = 02000;
  private static final int OCTAL = 8;

  /** As they are now. */
  static FileStreams of(Stdio stdio) {
    return stdio.terminal().isPresent() ? NONE : new FileStreams(isFile(stdio.in(), 0), isFile(stdio.out(), 1), isFile(stdio.err(), 2));
  }

  boolean any() {
    return in || out || err;
  }

  /** Whether one of the three is. */
  boolean has(int stream) {
    return List.of(in, out, err).get(stream);
  }

  private static boolean isFile(Redirect redirect, int stream) {
    if (redirect instanceof Redirect.FromFile from) {
      return Files.isRegularFile(from.file());
    }
    if (redirect instanceof Redirect.ToFile to) {
      return !to.append() && (Files.isRegularFile(to.file()) || Files.notExists(to.file()));
    }
    int descriptor = redirect == Redirect.INHERIT ? stream : redirect instanceof Redirect.Descriptor given ? given.number() : -1;
    return descriptor >= 0 && Files.isRegularFile(Path.of("/proc/self/fd/" + descriptor)) && (stream == 0 || !isAppendedTo(descriptor));
  }

  private static boolean isAppendedTo(int descriptor) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor))) {
        if (line.startsWith("flags:")) {
          return (Integer.parseInt(line.substring("flags:".length()).strip(), OCTAL) & O_APPEND) != 0;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // closed: the start tells that
    }
  }
}
