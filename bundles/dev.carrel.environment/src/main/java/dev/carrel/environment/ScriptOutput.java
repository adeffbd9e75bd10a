package dev.carrel.environment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the end of what is printed, however much that is. */
final class ScriptOutput {
  private static final int MOST = 256 * 1024;

  private byte[] kept = new byte[0];

  /** Reads to the end. */
  void read(InputStream in) {
    byte[] buffer = new byte[8192];
    try (in) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        add(buffer, count);
      }
    } catch (IOException e) {
      // closed with its container: what was read counts
    }
  }

  private synchronized void add(byte[] bytes, int count) {
    int before = Math.min(kept.length, MOST - count);
    byte[] joined = new byte[before + count];
    System.arraycopy(kept, kept.length - before, joined, 0, before);
    System.arraycopy(bytes, 0, joined, before, count);
    kept = joined;
  }

  synchronized String text() {
    return new String(kept, StandardCharsets.UTF_8);
  }
}
