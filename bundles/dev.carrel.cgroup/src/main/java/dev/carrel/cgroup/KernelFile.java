package dev.carrel.cgroup;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Files of the kernel: each write is one system call, and a file that is not there says nothing. */
final class KernelFile {
  /** EACCES, EPERM, EROFS, EOPNOTSUPP and EINVAL, by the words of the C library. */
  private static final List<String> FINAL = List.of("Permission denied", "not permitted", "Read-only", "not supported", "Invalid argument");

  private KernelFile() {}

  /** Nothing of one that is not there, or may not be read. */
  static Optional<String> read(Path file) {
    try (FileInputStream in = new FileInputStream(file.toString())) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A number in it; nothing of the word {@code max}. */
  static OptionalLong number(Path file) {
    Optional<String> text = read(file);
    return text.isPresent() ? number(text.get()) : OptionalLong.empty();
  }

  private static OptionalLong number(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The number behind a word at the beginning of a line. */
  static OptionalLong number(Path file, String word) {
    for (String line : read(file).orElse("").split("\n")) {
      if (line.startsWith(word + " ")) {
        return number(line.substring(word.length() + 1).strip());
      }
    }
    return OptionalLong.empty();
  }

  static void write(Path file, String text) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toString())) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Whether the kernel would refuse that always, and not for what others have just made, taken away or in use. */
  static boolean isFinal(IOException refusal) {
    String reason = String.valueOf(refusal.getMessage());
    return FINAL.stream().anyMatch(reason::contains);
  }
}
