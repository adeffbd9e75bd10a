package dev.carrel.it;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What containers could leave on this machine.
 *
 * @param mounts all that this process sees
 * @param processes all of this user's in other pid namespaces
 * @param files of starts, which are there while one runs
 */
record Traces(Set<String> mounts, Set<String> processes, Set<String> files) {
  static Traces now() {
    try {
      return new Traces(new TreeSet<>(Files.readAllLines(Path.of("/proc/self/mountinfo"))), contained(), started());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until nothing is there that was not before, or reports what is. */
  void awaitNothingNew() {
    Await.until(() -> "nothing to be left behind: " + left(), () -> left().isEmpty());
  }

  private String left() {
    Traces now = now();
    StringBuilder left = new StringBuilder();
    for (Supplier<Set<String>> added : java.util.List.<Supplier<Set<String>>>of(
        () -> minus(now.mounts, mounts), () -> minus(now.processes, processes), () -> minus(now.files, files))) {
      added.get().forEach(one -> left.append(one).append(details(one)).append('\n'));
    }
    return left.toString();
  }

  /** What a process is and does, to find out why it is there. */
  private static String details(String trace) {
    if (!trace.startsWith("process ")) {
      return "";
    }
    Path process = Path.of("/proc", trace.substring("process ".length()));
    try {
      return ": " + Files.readString(process.resolve("stat")).strip() + " " + Files.readString(process.resolve("cmdline")).replace('\0', ' ');
    } catch (IOException e) {
      return ", which has ended by now";
    }
  }

  private static Set<String> minus(Set<String> all, Set<String> known) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(known);
    return rest;
  }

  private static Set<String> contained() throws IOException {
    String own = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    Set<String> others = new TreeSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        try {
          if (!Files.readSymbolicLink(process.resolve("ns/pid")).toString().equals(own)) {
            others.add("process " + process.getFileName());
          }
        } catch (IOException e) {
          continue; // ended, or another user's
        }
      }
    }
    return others;
  }

  private static Set<String> started() throws IOException {
    Path own = Path.of(System.getProperty("java.io.tmpdir"), "carrel-" + System.getProperty("user.name"));
    if (!Files.isDirectory(own)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.walk(own)) {
      Set<String> names = new TreeSet<>();
      files.filter(Files::isRegularFile).forEach(file -> names.add(file.toString()));
      return names;
    } catch (java.io.UncheckedIOException | NoSuchFileException e) {
      return Set.of(); // a directory was removed meanwhile
    }
  }
}
