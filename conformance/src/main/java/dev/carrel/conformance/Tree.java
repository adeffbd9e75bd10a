package dev.carrel.conformance;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What is in a directory, as text that is the same for the same content. */
final class Tree {
  private Tree() {}

  /** A line for each file, directory and link: its path, what it is, and its content. */
  static List<String> of(Path root) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(file -> !file.equals(root)).sorted().toList()) {
        lines.add(root.relativize(file) + " " + content(file));
      }
    }
    return lines;
  }

  private static String content(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      return "-> " + Files.readSymbolicLink(file);
    }
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      return "directory";
    }
    return (Files.isExecutable(file) ? "program " : "file ") + digest(Files.readAllBytes(file));
  }

  static String digest(byte[] bytes) {
    try {
      return String.format("%064x", new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(bytes)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has SHA-256", e);
    }
  }
}
