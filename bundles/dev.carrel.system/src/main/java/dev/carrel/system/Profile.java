package dev.carrel.system;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The tree of a system's packages, looked at from outside. */
record Profile(Path directory) {
  private static final int DIGEST = 32;
  /** As the kernel has it; see path_resolution(7). */
  private static final int MOST_LINKS = 40;
  private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib64", "lib32", "libx32");
  /** Where programs without a path are looked for. */
  private static final List<String> PROGRAMS = List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /** Its name in the store. */
  StorePath item() {
    String name = directory.getFileName().toString();
    return new StorePath(name.substring(0, DIGEST), name.substring(DIGEST + 1), "");
  }

  /** Whether something is at a path inside; where a link leads to does not count, as it leads there inside. */
  boolean has(Path path) {
    Path relative = Path.of("/").relativize(path);
    boolean merged = relative.getNameCount() > 0 && MERGED.contains(relative.getName(0).toString());
    return Files.exists(directory.resolve(merged ? "usr" : "").resolve(relative.toString()), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether a program is there, by its path or by its name. */
  boolean hasProgram(String program) {
    if (program.startsWith("/")) {
      return has(Path.of(program));
    }
    for (String place : PROGRAMS) {
      if (has(Path.of(place, program))) {
        return true;
      }
    }
    return false;
  }

  /** The file that a program is, where all links end; empty if it is not there, or is reached by something that is elsewhere. */
  Optional<Path> program(String program) {
    if (program.startsWith("/")) {
      return file(Path.of(program));
    }
    for (String place : PROGRAMS) {
      if (has(Path.of(place, program))) {
        return file(Path.of(place, program));
      }
    }
    return Optional.empty();
  }

  /** Links are followed as inside, where this is the root. */
  private Optional<Path> file(Path path) {
    Path inside = Path.of("/");
    Deque<Path> names = new ArrayDeque<>();
    path.forEach(names::addLast);
    try {
      for (int links = 0; !names.isEmpty() && links <= MOST_LINKS; ) {
        Path next = inside.resolve(names.removeFirst()).normalize();
        Path real = directory.resolve(Path.of("/").relativize(next).toString());
        if (next.getNameCount() == 1 && MERGED.contains(next.getFileName().toString()) && !Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
          inside = Path.of("/usr").resolve(next.getFileName());
        } else if (Files.isSymbolicLink(real)) {
          links++;
          Path target = Files.readSymbolicLink(real);
          inside = target.isAbsolute() ? Path.of("/") : inside;
          for (int i = target.getNameCount() - 1; i >= 0; i--) {
            names.addFirst(target.getName(i));
          }
        } else {
          inside = next;
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    Path file = directory.resolve(Path.of("/").relativize(inside).toString());
    return names.isEmpty() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Optional.of(file) : Optional.empty();
  }

  /** The text of a file; empty if it is not there. */
  String text(String path) {
    try {
      return new String(Files.readAllBytes(directory.resolve(path)), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw CarrelException.failed("cannot read " + directory.resolve(path) + ": " + e.getMessage() + ". Find out what is wrong with carrel store verify", e);
    }
  }
}
