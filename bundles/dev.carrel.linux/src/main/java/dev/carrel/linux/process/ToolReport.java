package dev.carrel.linux.process;

import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.ToolFailure;
import dev.carrel.linux.libc.LibC;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** What comes of a tool that is to make a container: a first process, or its own words on why there is none. */
final class ToolReport {
  private static final int LONGEST = 4096;

  private ToolReport() {}

  /** Waits for the pidfd of the first process. */
  static int receive(Launching start, int tool) throws LaunchFailure, ToolFailure {
    OptionalInt words = start.receive(tool);
    if (words.isEmpty()) {
      throw new ToolFailure("");
    }
    try {
      OptionalInt pidfd = start.receive(tool);
      if (pidfd.isEmpty()) {
        throw new ToolFailure(text(words.getAsInt()));
      }
      return pidfd.getAsInt();
    } finally {
      LibC.close(words.getAsInt());
    }
  }

  /** From its beginning: the descriptor is where the tool has stopped to write. */
  private static String text(int file) {
    try (InputStream in = new FileInputStream("/proc/self/fd/" + file)) {
      return new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "what it said cannot be read: " + e.getMessage();
    }
  }
}
