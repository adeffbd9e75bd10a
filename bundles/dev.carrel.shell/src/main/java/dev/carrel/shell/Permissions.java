package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which manifests the user has allowed, each at its place and as it was then: one that somebody has changed is allowed no more. What it
 * says is kept with it, so that it is not read again.
 */
final class Permissions {
  /** Changes whenever the same manifest would be read as other words. */
  private static final String FORMAT = "allowed 1";

  private final Path directory;

  private Permissions(Path directory) {
    this.directory = directory;
  }

  /** The caller's. */
  static Permissions of(Map<String, String> environment) {
    String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path base = configured.startsWith("/") ? Path.of(configured) : HomeDirectory.of(environment).resolve(".config");
    return new Permissions(base.resolve("carrel").resolve("allowed"));
  }

  /** What is allowed at a place: nothing, something else, or this. */
  record Answer(boolean known, Optional<Manifest> allowed) {}

  /** Asks for a manifest, together with the lock beside it. */
  Answer ask(GivenFile manifest, Optional<GivenFile> lock) {
    String text;
    try {
      text = Files.readString(file(manifest.path()));
    } catch (IOException e) {
      return new Answer(false, Optional.empty());
    }
    List<String> words = new ArrayList<>();
    for (int from = 0, to = text.indexOf('\0'); to >= 0; from = to + 1, to = text.indexOf('\0', from)) {
      words.add(text.substring(from, to));
    }
    boolean same = words.size() > 2 && words.get(0).equals(FORMAT) && words.get(1).equals(manifest.path().toString())
        && words.get(2).equals(digest(manifest, lock));
    return new Answer(true, same ? manifest(words.subList(3, words.size())) : Optional.empty());
  }

  /** Nothing if it has been cut off. */
  private static Optional<Manifest> manifest(List<String> words) {
    List<List<String>> parts = new ArrayList<>();
    try {
      for (int at = 0; parts.size() < 3; ) {
        int count = Integer.parseInt(words.get(at++));
        parts.add(words.subList(at, at + count));
        at += count;
      }
      return Optional.of(new Manifest(parts.get(0), parts.get(1), parts.get(2)));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Allows one as it is. */
  void allow(GivenFile manifest, Optional<GivenFile> lock, Manifest read) {
    StringBuilder text = new StringBuilder();
    for (String word : List.of(FORMAT, manifest.path().toString(), digest(manifest, lock))) {
      text.append(word).append('\0');
    }
    for (List<String> part : List.of(read.options(), read.packages(), read.command())) {
      text.append(part.size()).append('\0');
      part.forEach(word -> text.append(word).append('\0'));
    }
    Path file = file(manifest.path());
    try {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path fresh = Files.createTempFile(directory, ".new", "");
      try {
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot note in " + directory + " that " + manifest.path() + " is allowed: " + e
          + ". Make it a directory that you may write to, or name the manifest: carrel shell --manifest=" + manifest.path(), e);
    }
  }

  /** Takes the permission back; tells whether there was one. */
  boolean deny(Path manifest) {
    try {
      return Files.deleteIfExists(file(manifest));
    } catch (IOException e) {
      throw CarrelException.failed("cannot take back that " + manifest + " is allowed: " + e, e);
    }
  }

  private Path file(Path manifest) {
    return directory.resolve(GivenFile.sha256(manifest.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static String digest(GivenFile manifest, Optional<GivenFile> lock) {
    String locked = lock.isPresent() ? lock.get().sha256() : "none";
    return manifest.sha256() + " " + locked;
  }
}
