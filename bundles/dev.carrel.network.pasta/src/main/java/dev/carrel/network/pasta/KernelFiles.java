package dev.carrel.network.pasta;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Short files of proc(5). */
final class KernelFiles {
  private KernelFiles() {}

  /** Its content by one read, as a setting gives nothing to a second one; the empty string if it is not there. */
  static String read(String file) {
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] content = new byte[4096];
      return new String(content, 0, Math.max(in.read(content), 0), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
